package cli

import "github.com/fgctl/fgctl/pkg/cli/env"

// app is the environment of a command that changes profiles.
type app struct{ *env.Env }
