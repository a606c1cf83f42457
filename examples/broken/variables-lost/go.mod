module example.com/variables-lost

go 1.24.0
