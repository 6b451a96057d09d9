package output

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Annotation is what GitHub Actions shows beside a line of a pull request.
type Annotation struct {
	// Level is error, warning or notice.
	Level string
	// File is empty where the message is of no file; Line is 0 where unknown.
	File           string
	Line           int
	Title, Message string
}

var (
	// GitHub Docs, workflow commands, and actions/toolkit, packages/core/src/command.ts, escapeData and escapeProperty.
	githubText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// GitHub writes an annotation as a workflow command, on a line of its own.
func GitHub(w io.Writer, a Annotation) error {
	var properties []string
	put := func(name, value string) {
		properties = append(properties, name+"="+githubProperty.Replace(CleanLines(value)))
	}
	if a.File != "" && a.File != "-" {
		put("file", filepath.ToSlash(filepath.Clean(a.File)))
		if a.Line > 0 {
			put("line", fmt.Sprint(a.Line))
		}
	}
	put("title", a.Title)
	_, err := fmt.Fprintf(w, "::%s %s::%s\n", a.Level, strings.Join(properties, ","),
		githubText.Replace(CleanLines(a.Message)))
	return err
}
