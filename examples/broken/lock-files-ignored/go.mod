module example.com/lock-files-ignored

go 1.24.0

require example.com/greet v1.0.0
