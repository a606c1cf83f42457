module example.com/app

go 1.24.0

require example.com/shared v0.0.0

replace example.com/shared => ../shared // both live in this repository
