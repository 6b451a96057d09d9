package cloud

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

// MaxInFlight is the number of requests that one Client has under way at a time, over all services, unless Options say
// otherwise.
const MaxInFlight = 10

// Adaptive is the value of Options.MaxInFlight with which a Client finds its own bound, from MaxInFlight on.
const Adaptive = -1

// MaxPageSize is the most names that EKS returns in one page of a list (EKS API, maxResults).
const MaxPageSize = 100

// AttemptTimeout ends one attempt whose answer has not come as a whole, silence one whose answer has not begun;
// the SDK then tries again. Without them a connection that died silently would hang until the command's own timeout.
const (
	AttemptTimeout = 30 * time.Second
	silence        = 10 * time.Second
)

// Options are the settings of a Client. The zero value takes everything from where every AWS tool takes
// it: AWS_* variables, the shared config and credentials files, SSO, IMDS.
type Options struct {
	// Region wins over AWS_REGION and the config file.
	Region string
	// Profile is the name of a profile of the shared config file; it wins over AWS_PROFILE.
	Profile string
	// EndpointURL sends the requests of all services there; it wins over AWS_ENDPOINT_URL and
	// AWS_ENDPOINT_URL_<SERVICE>.
	EndpointURL string
	// UserAgent is appended to the SDK's user agent, as product/version.
	UserAgent string
	// Log receives one line per request; nil logs nothing. The client serialises its writes.
	Log io.Writer
	// LogBodies adds the bodies of requests and answers to Log. Headers are never logged, so neither
	// signatures nor tokens are.
	LogBodies bool
	// Terminal says that a person is at standard input and error, whom credential_process may ask.
	Terminal bool
	// PageSize is how many names one page of an EKS list holds at most; zero leaves it to AWS, and what is
	// above MaxPageSize counts as that. It changes how often AWS is asked, never what is found.
	PageSize int
	// MaxInFlight bounds the requests that are under way at a time; zero is the package's MaxInFlight, Adaptive goes up
	// while AWS does not throttle, and down where it does.
	MaxInFlight int
	// MaxBackoff bounds the pause between two attempts of one request; zero is the SDK's bound (20s).
	MaxBackoff time.Duration
	// AttemptTimeout bounds one attempt of one request; zero is 30s.
	AttemptTimeout time.Duration
	// Transport carries the requests of the services in the place of the SDK's own HTTP client, which knows
	// proxies and AWS_CA_BUNDLE; nil is the SDK's.
	Transport http.RoundTripper
}

// Client calls AWS. It is safe for concurrent use, and callers may fan out freely: at most MaxInFlight
// requests are under way at a time.
type Client struct {
	cfg     aws.Config
	options Options

	eks func() *eks.Client
	ec2 func() *ec2.Client
	iam func() *iam.Client
	sts func() *sts.Client
}

// New reads the settings and makes a client. It sends nothing: credentials are fetched with the first
// request. Its errors are of the class Invalid and Local: no region, a malformed endpoint, an unknown
// profile, a broken config file.
func New(ctx context.Context, opts Options) (*Client, error) {
	if err := checkEndpoint("--endpoint-url", opts.EndpointURL); err != nil {
		return nil, err
	}
	if err := checkHalf(opts.Profile); err != nil {
		return nil, err
	}
	exchange := newExchanger(opts)
	carrier := awshttp.NewBuildableClient().WithTransportOptions(refuseRedirects)
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithLogger(logging.Nop{}), // the SDK's own remarks quote headers and settings
		config.WithAPIOptions([]func(*middleware.Stack) error{noNothing}),
		config.WithHTTPClient(carrier),
		// The SDK takes another client for a container's endpoint.
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = carrier }),
		// What is empty here the SDK takes from elsewhere.
		config.WithRegion(opts.Region),
		config.WithSharedConfigProfile(opts.Profile),
		config.WithBaseEndpoint(opts.EndpointURL),
	)
	if err != nil {
		return nil, settingsError(ctx, err, opts.Profile)
	}
	if err := checkSettings(cfg); err != nil {
		return nil, err
	}
	tellCredentials(&cfg, opts, exchange)
	if cfg.RetryMode == "" {
		// It slows down by itself when AWS throttles, which matters where many poll one account.
		cfg.RetryMode = aws.RetryModeAdaptive
	}
	cfg.APIOptions = append(cfg.APIOptions, exchange.addTo)
	if product, version, _ := strings.Cut(opts.UserAgent, "/"); product != "" {
		cfg.APIOptions = append(cfg.APIOptions, awsmiddleware.AddUserAgentKeyValue(product, version))
	}
	c := &Client{cfg: cfg, options: opts}
	c.eks = onDemand(cfg, eks.NewFromConfig, func(o *eks.Options) {
		o.HTTPClient = c.tune(&o.BaseEndpoint, &o.Retryer, o.HTTPClient)
	})
	c.ec2 = onDemand(cfg, ec2.NewFromConfig, func(o *ec2.Options) {
		o.HTTPClient = c.tune(&o.BaseEndpoint, &o.Retryer, o.HTTPClient)
	})
	c.iam = onDemand(cfg, iam.NewFromConfig, func(o *iam.Options) {
		o.HTTPClient = c.tune(&o.BaseEndpoint, &o.Retryer, o.HTTPClient)
	})
	c.sts = onDemand(cfg, sts.NewFromConfig, func(o *sts.Options) {
		o.HTTPClient = c.tune(&o.BaseEndpoint, &o.Retryer, o.HTTPClient)
	})
	return c, nil
}

// onDemand makes the client of a service when it is first used: a command uses one to three.
func onDemand[C, O any](cfg aws.Config, build func(aws.Config, ...func(*O)) *C, tune func(*O)) func() *C {
	return sync.OnceValue(func() *C { return build(cfg, tune) })
}

// Region is the region that requests go to.
func (c *Client) Region() string { return c.cfg.Region }

// AWSProfile is the name of the credentials profile in Options, empty where AWS's own settings choose it.
func (c *Client) AWSProfile() string { return c.options.Profile }

// tune sets what all service clients share, and returns their HTTP client: the SDK's own, which knows AWS_CA_BUNDLE
// and proxies, with a bound on each attempt. It returns redirects as the answers that they are, and the check of
// answers names them. The SDK has already put its retryer in place, with AWS_MAX_ATTEMPTS and AWS_RETRY_MODE; it is
// wrapped, not replaced.
func (c *Client) tune(endpoint **string, retryer *aws.Retryer, client aws.HTTPClient) aws.HTTPClient {
	if c.options.EndpointURL != "" {
		// A flag beats every variable: AWS_IGNORE_CONFIGURED_ENDPOINT_URLS makes the SDK drop the config's.
		*endpoint = aws.String(c.options.EndpointURL)
	}
	if c.options.MaxBackoff > 0 {
		*retryer = retry.AddWithMaxBackoffDelay(*retryer, c.options.MaxBackoff)
	}
	if r, ok := (*retryer).(aws.RetryerV2); ok {
		*retryer = patient{r}
	}
	timeout := cmp.Or(c.options.AttemptTimeout, AttemptTimeout)
	carrier := c.options.Transport
	if b, ok := client.(*awshttp.BuildableClient); ok && carrier == nil {
		transport := b.GetTransport()
		transport.ResponseHeaderTimeout = min(timeout, silence)
		if c.options.MaxInFlight != 0 { // a connection for each request that may be under way, kept
			transport.MaxIdleConnsPerHost = max(c.options.MaxInFlight, mostInFlight)
		}
		carrier = transport
	}
	return plainBodies{&http.Client{
		Transport: carrier, Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// errRedirected is why a request that a redirect made is not sent.
var errRedirected = errors.New("answers with a redirect, which is not followed")

// refuseRedirects keeps the SDK's clients, those of credential providers too, from following the redirects that they
// would (307 and 308): what is signed or secret is for the endpoint that was chosen. A transport sees a redirect
// only where it asks for the proxy of the request.
func refuseRedirects(t *http.Transport) {
	proxy := t.Proxy
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		switch {
		case r.Response != nil:
			return nil, errRedirected
		case proxy == nil:
			return nil, nil
		}
		return proxy(r)
	}
}
