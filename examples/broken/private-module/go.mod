module git.corp.internal/team/app

go 1.24.0

require git.corp.internal/team/lib v1.0.0
