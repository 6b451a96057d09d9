// Package declared has the profiles that a command line describes: by its flags, by the files of --config-file and of
// --profiles-from, or as the goal of apply and diff. Start reading at ReadFile.
package declared
