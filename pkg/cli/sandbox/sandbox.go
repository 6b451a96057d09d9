// Package sandbox holds the commands that serve a local AWS endpoint with the service's rules, for demos, CI jobs and
// tests.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/internal/shell"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

const long = `A local AWS endpoint with the real rules of EKS Fargate profiles: states that take time, one profile
in transition per cluster, and AWS's own refusals. It needs no AWS account and no network. fgctl, the
AWS CLI, boto3 and the AWS SDKs work against it.

The built-in world has the cluster demo in us-east-1, with private and public subnets, a good pod
execution role (fargate-pods) and a bad one (not-fargate). 'fgctl sandbox world' prints it as a file to
change: more clusters, profiles, missing permissions, throttling, dropped connections.

While it runs, GET /_sandbox/stats counts the requests, GET /_sandbox/requests lists them, GET
/_sandbox/history tells every change of a profile's status, POST /_sandbox/reset-stats begins anew, and
POST /_sandbox/faults takes a YAML list of faults. These need the header X-Fgctl-Sandbox: 1, which no
web page can send.`

// NewCommand returns the command that holds serve, run and world.
func NewCommand(e *env.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "A local AWS endpoint with the service's real rules, for demos, CI and tests",
		Long:  long,
		Example: `  # Run one command, or a shell, against a fresh sandbox
  fgctl sandbox run -- fgctl get fargateprofile --cluster demo
  fgctl sandbox run -- bash

  # Start from the built-in world
  fgctl sandbox world > world.yaml
  fgctl sandbox run --world world.yaml -- ./test.sh`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return env.UnknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(newServeCommand(e), newRunCommand(e), newWorldCommand(e))
	return cmd
}

// options are the flags of serve and run.
type options struct {
	world       string
	createDelay time.Duration
	deleteDelay time.Duration
	// givenCreate and givenDelete tell which of the two delays take the place of the world's.
	givenCreate, givenDelete bool
	// speed takes the place of the world's where givenSpeed says so.
	speed      float64
	givenSpeed bool
	address    string
	allowHosts []string
	log        string
	port       int
	stats      bool
}

func (o *options) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.world, "world", "",
		"file with the world to serve; the built-in one by default, - for standard input")
	flags.DurationVar(&o.createDelay, "create-delay", 2*time.Second,
		"time from CREATING to ACTIVE, instead of the world's")
	flags.DurationVar(&o.deleteDelay, "delete-delay", 3*time.Second, "time in DELETING, instead of the world's")
	flags.Float64Var(&o.speed, "speed", 1,
		"how many times faster than real time the sandbox's clock goes, instead of the world's")
	flags.IntVar(&o.port, "port", 0, "port to listen on; 0 takes a free one")
	flags.StringVar(&o.address, "address", "127.0.0.1",
		"address to listen on; one that is not loopback needs --allow-host")
	flags.StringSliceVar(&o.allowHosts, "allow-host", nil,
		"names by which clients reach an address that is not loopback; the first goes into the environment")
	flags.StringVar(&o.log, "log", "", "log every request on standard error, as text or json")
	env.MustComplete(cmd, "world", env.CompleteFiles)
	env.CompleteNone(cmd, "create-delay", "delete-delay", "speed", "port", "address", "allow-host")
	env.MustComplete(cmd, "log", env.CompleteFixed(logFormats))
}

// read notes which of the world's values are replaced, and judges the flags, all faults at once.
func (o *options) read(e *env.Env, cmd *cobra.Command) error {
	o.givenSpeed = cmd.Flags().Changed("speed")
	o.givenCreate, o.givenDelete = cmd.Flags().Changed("create-delay"), cmd.Flags().Changed("delete-delay")
	var faults []error
	if o.port < 0 || o.port > 65535 {
		faults = append(faults, e.InvalidValue(cmd, "port", o.port, "must be between 0 and 65535"))
	}
	if o.givenSpeed && o.speed <= 0 {
		faults = append(faults, e.InvalidValue(cmd, "speed", o.speed, "must be greater than 0"))
	}
	if _, _, err := net.SplitHostPort(o.address); err == nil {
		faults = append(faults, e.InvalidValue(cmd, "address", o.address, "must be without a port, which is for --port"))
	}
	for _, name := range o.allowHosts {
		if net.ParseIP(name) == nil && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" {
			faults = append(faults, e.InvalidValue(cmd, "allow-host", name,
				"must be a host name or an IP address, without a port"))
		}
	}
	if o.log != "" {
		faults = append(faults, e.OneOf(cmd, "log", o.log, logFormats))
	}
	return errors.Join(faults...)
}

var logFormats = []string{"text", "json"}

func newServeCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve a sandbox until it is interrupted",
		Long: `Serves a sandbox until it is interrupted. The environment that leads AWS tools to it goes to standard
output, for a shell to evaluate; everything else goes to standard error. Standard output is closed
once the environment is written, so that a shell can take it while the sandbox goes on.`,
		Example: `  # In one terminal
  fgctl sandbox serve --port 4566

  # In a script: start it, take its environment, stop it at the end
  eval "$(fgctl sandbox serve &)"
  trap 'kill "$FGCTL_SANDBOX_PID"' EXIT
  fgctl get fargateprofile --cluster demo`,
		Args: e.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := opts.read(e, cmd); err != nil {
				return err
			}
			return runServe(cmd.Context(), e, opts)
		},
	}
	opts.addFlags(cmd)
	return cmd
}

func newRunCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:   "run [flags] -- COMMAND [ARG...]",
		Short: "Run a command against a fresh sandbox",
		Long: `Runs COMMAND with the environment of a fresh sandbox and ends with its exit status. AWS variables of
the surrounding environment and AWS files of the user are kept from it, so that it cannot reach the
real AWS by mistake. SIGINT, SIGTERM and SIGHUP are handed on to it; what it leaves undone after ten
seconds is killed, and it is killed with fgctl.`,
		Example: `  fgctl sandbox run -- fgctl create fargateprofile --cluster demo --namespace web
  fgctl sandbox run --create-delay 0s --delete-delay 0s --stats -- ./test.sh
  fgctl sandbox run -- aws eks list-fargate-profiles --cluster-name demo`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("missing command; name it behind --, as in fgctl sandbox run -- sh")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := opts.read(e, cmd); err != nil {
				return err
			}
			return runCommand(cmd.Context(), e, opts, args)
		},
	}
	opts.addFlags(cmd)
	cmd.Flags().BoolVar(&opts.stats, "stats", false, "at the end, show on standard error how many requests there were")
	cmd.Flags().SetInterspersed(false) // what follows COMMAND is its own
	return cmd
}

func newWorldCommand(e *env.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "world",
		Short: "Print the built-in world as a commented file to start from",
		Example: `  fgctl sandbox world > world.yaml
  fgctl sandbox serve --world world.yaml`,
		Args: e.NoArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := e.Streams.Out.Write(sandbox.DefaultWorldFile())
			return err
		},
	}
}

// served is a sandbox on its listener.
type served struct {
	*sandbox.Server
	url   string
	close func()
	// failed gets the error that ended the serving.
	failed chan error
}

// start makes the world and serves it.
func start(ctx context.Context, e *env.Env, opts options) (*served, error) {
	world, err := readWorld(ctx, e, opts.world)
	if err != nil {
		return nil, err
	}
	if opts.givenCreate {
		world.Delays.Create = opts.createDelay
	}
	if opts.givenDelete {
		world.Delays.Delete = opts.deleteDelay
	}
	if opts.givenSpeed {
		world.Speed = opts.speed
	}
	log := e.DebugLog()
	if opts.log != "" {
		log = e.Streams.Err
	}
	server, err := sandbox.New(world, sandbox.Options{Log: log, LogJSON: opts.log == "json", AllowHosts: opts.allowHosts})
	if err != nil {
		return nil, &env.UsageError{Err: err}
	}
	listener, err := sandbox.Listen(net.JoinHostPort(opts.address, strconv.Itoa(opts.port)), opts.allowHosts...)
	if err != nil {
		if errors.As(err, new(*net.OpError)) {
			return nil, err
		}
		return nil, &env.UsageError{Err: err}
	}
	at := listener.Addr().String()
	if len(opts.allowHosts) > 0 { // the address may be every one, which is no place to go to
		_, port, _ := net.SplitHostPort(at)
		at = net.JoinHostPort(opts.allowHosts[0], port)
	}
	s := &served{Server: server, url: "http://" + at, failed: make(chan error, 1)}
	web := server.HTTPServer()
	go func() { s.failed <- web.Serve(listener) }()
	s.close = func() { _ = web.Close() } // whatever is still under way ends with the sandbox
	return s, nil
}

// readWorld reads a world file; the built-in world without one.
func readWorld(ctx context.Context, e *env.Env, name string) (sandbox.World, error) {
	if name == "" {
		return sandbox.DefaultWorld(), nil
	}
	data, err := e.ReadAll(ctx, name, sandbox.MaxWorldBytes)
	switch {
	case ctx.Err() != nil:
		return sandbox.World{}, ctx.Err()
	case err != nil:
		return sandbox.World{}, env.Usagef("cannot read the world: %s: %w", document.SourceName(name),
			env.WithoutPath(err))
	}
	world, err := sandbox.ParseWorld(data)
	if err != nil {
		return sandbox.World{}, &env.UsageError{Err: fmt.Errorf("world file %s is invalid:\n%w", name, err)}
	}
	return world, nil
}

func runServe(ctx context.Context, e *env.Env, opts options) error {
	s, err := start(ctx, e, opts)
	if err != nil {
		return err
	}
	defer s.close()
	if err := printEnvironment(e, s); err != nil {
		return err
	}
	say := e.Info
	if opts.log == "json" { // a program reads standard error
		say = func(string, ...any) {}
	}
	say("The sandbox serves AWS at %s until it is interrupted. A shell uses it once it has evaluated what went to "+
		"standard output.", s.url)
	select {
	case <-ctx.Done():
		say("Sandbox stopped; its state is discarded.")
		return nil
	case err := <-s.failed:
		return fmt.Errorf("the sandbox stopped serving: %w", err)
	}
}

// printEnvironment writes the environment for a POSIX shell. Stdout is closed then, unless a person
// sits there: a command substitution ends only when nobody can write to it any more.
func printEnvironment(e *env.Env, s *served) error {
	var text strings.Builder
	for _, entry := range append(sandbox.Env(s.url, s.World()), "FGCTL_SANDBOX_PID="+strconv.Itoa(os.Getpid())) {
		key, value, _ := strings.Cut(entry, "=")
		fmt.Fprintf(&text, "export %s=%s\n", key, shell.Quote(value))
	}
	fmt.Fprintf(&text, "unset %s\n", strings.Join(sandbox.Stray(), " "))
	if _, err := io.WriteString(e.Streams.Out, text.String()); err != nil {
		return err
	}
	if file, ok := e.Streams.Out.(*os.File); ok && !e.Streams.OutTerminal {
		return file.Close()
	}
	return nil
}

func runCommand(ctx context.Context, e *env.Env, opts options, args []string) error {
	s, err := start(ctx, e, opts)
	if err != nil {
		return err
	}
	defer s.close()
	child := exec.Command(args[0], args[1:]...) //nolint:gosec // the user names the command
	child.Stdin, child.Stdout, child.Stderr = e.Streams.In, e.Streams.Out, e.Streams.Err
	child.Env = sandbox.Environ(os.Environ(), s.url, s.World())
	err = runChild(ctx, e, child, s.failed)
	if opts.stats {
		printStats(e, s.Stats())
	}
	return err
}

// printStats says how many requests a command made.
func printStats(e *env.Env, stats sandbox.Stats) {
	var text strings.Builder
	fmt.Fprintf(&text, "requests: %d, in sequence: %d, at most at once: %d\n", stats.Requests, stats.Sequential,
		stats.MaxInFlight)
	for _, operation := range slices.Sorted(maps.Keys(stats.Operations)) {
		fmt.Fprintf(&text, "%6d  %s\n", stats.Operations[operation], operation)
	}
	_, _ = io.WriteString(e.Streams.Err, text.String()) // nothing to be done about a closed stderr
}
