// Package cli is the command line of fgctl: the root command and its table of commands, the settings (flag,
// environment, file, default), what becomes of a signal, and the words for an error. It holds no rule of its own.
// Each command has a package below it, which fills an options struct from its flags and ends in one call; none
// imports another, and what they share lies in pkg/cli/env.
//
// Start reading at Main, then root.go; settings.go says where a flag's value comes from, env/errors.go what an error's
// exit code is, and get/get.go shows the pattern of a command.
package cli
