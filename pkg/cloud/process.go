package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
)

// processError says what a process did wrong; it holds nothing that the process said.
type processError struct{ what string }

func (e *processError) Error() string { return e.what }

// credentialProcess is the command of a credential_process. The SDK's own runner puts the output of the process into
// its errors, and lets the process write to fgctl's standard error, where it may print anything.
type credentialProcess struct {
	command string
	// mayAsk lets the process use the terminal. Where nobody is there to answer a prompt, what it prints would end in
	// a log.
	mayAsk bool
}

const (
	// longestOutput is more than a process has to say.
	longestOutput = 1 << 20
	// processGrace is how long the output is read after the process has ended or was stopped.
	processGrace = time.Second
)

// Retrieve runs the process and reads its credentials.
func (p credentialProcess) Retrieve(ctx context.Context) (aws.Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, processcreds.DefaultTimeout)
	defer cancel()
	cmd, err := (processcreds.DefaultNewCommandBuilder{Args: []string{p.command}}).NewCommand(ctx)
	if err != nil {
		return aws.Credentials{}, &processError{"its command is empty"}
	}
	output := &boundedBuffer{}
	cmd.Stdout, cmd.WaitDelay = output, processGrace
	cmd.Stderr, cmd.Stdin = nil, nil
	if p.mayAsk {
		cmd.Stderr, cmd.Stdin = os.Stderr, os.Stdin
	}
	if err := cmd.Run(); err != nil {
		return aws.Credentials{}, &processError{processEnd(ctx, err)}
	}
	if output.tooLong {
		return aws.Credentials{}, &processError{fmt.Sprintf("it printed more than %d MiB", longestOutput>>20)}
	}
	return parseProcess(output.kept.Bytes(), time.Now())
}

// processEnd says how a process ended that did not end well.
func processEnd(ctx context.Context, err error) string {
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return fmt.Sprintf("it did not end within %s", processcreds.DefaultTimeout)
	case errors.As(err, &exit) && exit.ExitCode() == 127:
		return "the shell finds no such command (exit status 127)"
	case errors.As(err, &exit) && exit.ExitCode() == 126:
		return "the command may not be executed (exit status 126)"
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return fmt.Sprintf("it ended with exit status %d", exit.ExitCode())
	case errors.As(err, &exit):
		return "it was ended by a signal"
	case errors.Is(err, exec.ErrWaitDelay):
		return "it left a child behind that holds its output open"
	}
	return "it cannot be started: " + systemReason(err)
}

// parseProcess reads what a process printed (AWS SDKs and Tools Reference Guide, Process credential provider).
func parseProcess(output []byte, now time.Time) (aws.Credentials, error) {
	var in struct {
		Version                                   json.RawMessage
		AccessKeyID                               string `json:"AccessKeyId"`
		SecretAccessKey, SessionToken, Expiration string
		AccountID                                 string `json:"AccountId"`
	}
	fail := func(what string) (aws.Credentials, error) { return aws.Credentials{}, &processError{what} }
	if err := json.Unmarshal(output, &in); err != nil {
		var mistyped *json.UnmarshalTypeError
		switch {
		case len(bytes.TrimSpace(output)) == 0:
			return fail("it printed nothing")
		case errors.As(err, &mistyped) && mistyped.Field != "":
			return fail("in its JSON a value is not a text")
		}
		return fail("what it printed is not one JSON object and nothing else")
	}
	if string(bytes.TrimSpace(in.Version)) != "1" {
		return fail("the Version in its JSON is not the number 1")
	}
	if in.AccessKeyID == "" || in.SecretAccessKey == "" {
		return fail("its JSON lacks AccessKeyId or SecretAccessKey")
	}
	out := aws.Credentials{
		AccessKeyID: in.AccessKeyID, SecretAccessKey: in.SecretAccessKey, SessionToken: in.SessionToken,
		AccountID: in.AccountID, Source: processcreds.ProviderName,
	}
	if in.Expiration == "" {
		return out, nil
	}
	expires, err := time.Parse(time.RFC3339, in.Expiration)
	switch {
	case err != nil:
		return fail("the Expiration in its JSON is not a time like 2006-01-02T15:04:05Z")
	case !expires.After(now):
		return fail("its credentials expired at " + expires.UTC().Format(time.RFC3339))
	}
	out.CanExpire, out.Expires = true, expires
	return out, nil
}

// boundedBuffer keeps what is written to it, up to longestOutput. It must not have the buffer's ReadFrom, which has no
// bound.
type boundedBuffer struct {
	kept    bytes.Buffer
	tooLong bool
}

// Write keeps p, or notes that it was too much.
func (b *boundedBuffer) Write(p []byte) (int, error) {
	if b.kept.Len()+len(p) > longestOutput {
		b.tooLong = true
		return len(p), nil
	}
	return b.kept.Write(p)
}
