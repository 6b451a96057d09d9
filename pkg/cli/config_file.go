package cli

// This file reads the file of --config-file: its profiles, and the cluster that it names.

import (
	"fmt"
	"io"
	"os"

	"github.com/fgctl/fgctl/pkg/profilefile"
)

// maxConfigFile bounds what is read of a file; a ClusterConfig has some kilobytes.
const maxConfigFile = 16 << 20

// readConfigFile reads and parses the file, "-" for standard input. Cluster and region of the file are
// used from then on; the command line may repeat them but not contradict them.
func (a *app) readConfigFile(path string) (profilefile.File, error) {
	data, err := a.readInput(path)
	if err != nil {
		return profilefile.File{}, err
	}
	file, err := profilefile.Parse(path, data)
	if err != nil {
		return file, &usageError{err: err}
	}
	if err := a.agree(path, "cluster", &a.global.cluster, file.Cluster); err != nil {
		return file, err
	}
	return file, a.agree(path, "region", &a.global.region, file.Region)
}

// agree sets a global value to that of the file, unless the command line itself says otherwise.
func (a *app) agree(path, flag string, value *string, inFile string) error {
	switch {
	case inFile == "" || *value == inFile:
		return nil
	case *value != "" && a.applied[flag] == "":
		return usagef("--%s is %q, but %s is for %s %q; leave the flag out or mend the file", flag, *value, path, flag, inFile)
	}
	*value = inFile
	return nil
}

// readInput reads a file of the user, "-" for standard input.
func (a *app) readInput(path string) ([]byte, error) {
	in := a.streams.In
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, &usageError{err: err}
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, maxConfigFile+1))
	if err != nil {
		return nil, &usageError{err: fmt.Errorf("read %s: %w", path, err)}
	}
	if len(data) > maxConfigFile {
		return nil, usagef("%s is larger than %d MiB, which no file of profiles is", path, maxConfigFile>>20)
	}
	return data, nil
}
