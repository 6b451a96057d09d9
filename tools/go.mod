module github.com/fgctl/fgctl/tools

go 1.26.0
