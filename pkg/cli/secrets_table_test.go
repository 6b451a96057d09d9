//go:build unix

package cli

// This file lists where secrets come from: every provider of AWS credentials, how it succeeds and how it fails, and
// the settings and files that may hold a secret. Every secret, and all that a provider says beside them, has the mark.

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// secretMark is in everything that must never be shown or written.
const secretMark = "MARK"

// secretState is one place that secrets come from, in one state.
type secretState struct {
	name string
	// env and files are set before the run; in them HOME is the home directory and URL the endpoint.
	env   []string
	files map[string]string
	// answer answers the requests of a provider; false leaves one to the sandbox.
	answer func(w http.ResponseWriter, r *http.Request) bool
	// words are what fgctl must say, a regular expression; empty where it gets its credentials.
	words string
	// command meets the state alone; nil for all.
	command []string
}

func awsConfig(text string) map[string]string { return map[string]string{".aws/config": text} }

// profileX is a profile that env chooses.
func profileX(lines string) map[string]string {
	return awsConfig("[profile x]\nregion = us-east-1\n" + lines + "\n")
}

var chooseX = []string{"AWS_PROFILE=x"}

// keysJSON are credentials as processes, containers and instances give them.
const keysJSON = `"AccessKeyId":"AKIATEST","SecretAccessKey":"MARKSECRETabc/+","SessionToken":"MARKTOKENabc/+=","Token":"MARKTOKENabc/+=","Expiration":"2099-01-01T00:00:00Z"`

// processFiles are a credential_process that is a shell script.
func processFiles(script string) map[string]string {
	files := profileX("credential_process = sh HOME/process.sh")
	files["process.sh"] = script
	return files
}

// on answers requests whose path begins so, or whose form has that action.
func on(where string, status int, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		path, isPath := r.URL.Path, strings.HasPrefix(where, "/")
		if isPath && !strings.HasPrefix(path, where) || !isPath && r.PostFormValue("Action") != where {
			return false
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.NewReplacer("ECHO", r.Header.Get("Authorization")+r.PostFormValue("WebIdentityToken")).Replace(body))
		return true
	}
}

func either(answers ...func(http.ResponseWriter, *http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		for _, answer := range answers {
			if answer(w, r) {
				return true
			}
		}
		return false
	}
}

// assumed is STS's answer to action.
func assumed(action string) string {
	return `<` + action + `Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><` + action + `Result><Credentials><AccessKeyId>AKIATEST</AccessKeyId>` +
		`<SecretAccessKey>MARKSECRET</SecretAccessKey><SessionToken>MARKTOKEN</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>` +
		`<AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/r/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser></` + action + `Result></` + action + `Response>`
}

func stsRefusal(code string) string {
	return `<ErrorResponse><Error><Type>Sender</Type><Code>` + code + `</Code><Message>no MARKSAID ECHO</Message></Error><RequestId>MARKID</RequestId></ErrorResponse>`
}

// ssoCache is the file of a session or start URL.
func ssoCache(name string) string {
	sum := sha1.Sum([]byte(name))
	return ".aws/sso/cache/" + hex.EncodeToString(sum[:]) + ".json"
}

const ssoProfile = "sso_session = s\nsso_account_id = 111122223333\nsso_role_name = dev\n[sso-session s]\nsso_region = us-east-1\nsso_start_url = https://x.awsapps.com/start"

func ssoFiles(cache string) map[string]string {
	files := profileX(ssoProfile)
	files[ssoCache("s")] = cache
	return files
}

func ssoToken(expires string) string {
	return `{"accessToken":"MARKSSO","expiresAt":"` + expires + `","clientId":"MARKCLIENT","clientSecret":"MARKCLIENTSECRET","refreshToken":"MARKREFRESH"}`
}

func container(more ...string) []string {
	return append([]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=URL/creds?token=MARKQUERY", "AWS_CONTAINER_AUTHORIZATION_TOKEN=MARKAUTH"}, more...)
}

var imds = []string{"AWS_EC2_METADATA_DISABLED=false", "AWS_EC2_METADATA_SERVICE_ENDPOINT=URL"}

// instance answers as IMDS does, with the credentials given.
func instance(status int, keys string) func(http.ResponseWriter, *http.Request) bool {
	return either(
		func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/latest/api/token" {
				return false
			}
			w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "21600")
			_, _ = io.WriteString(w, "MARKIMDS")
			return true
		},
		on("/latest/meta-data/iam/security-credentials/role", status, keys),
		on("/latest/meta-data/iam/security-credentials/", 200, "role"))
}

const (
	roleChain  = "role_arn = arn:aws:iam::111122223333:role/r\nsource_profile = base\nexternal_id = MARKEXTERNAL\n[profile base]\n"
	staticKeys = "aws_access_key_id = AKIATEST\naws_secret_access_key = MARKSECRET\naws_session_token = MARKTOKEN\n"
)

func webIdentity(more ...string) []string {
	return append([]string{"AWS_WEB_IDENTITY_TOKEN_FILE=HOME/token", "AWS_ROLE_ARN=arn:aws:iam::111122223333:role/r"}, more...)
}

var tokenFile = map[string]string{"token": "MARKJWT"}

// providerStates are all providers of credentials.
func providerStates() []secretState {
	soon := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	noCredentials := func(of string) string { return `no AWS credentials from ` + of + ": " }
	process := noCredentials(`credential_process of profile "x"`)
	sso := noCredentials(`the SSO session of profile "x"`)
	box := noCredentials(`the container's endpoint of AWS_CONTAINER_CREDENTIALS_FULL_URI \(http://127.0.0.1:[0-9]+\)`)
	web := noCredentials("the web identity of AWS_WEB_IDENTITY_TOKEN_FILE")
	static := []string{"AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=MARKSECRETabc/+", "AWS_SESSION_TOKEN=MARKTOKENabc/+="}
	return []secretState{
		{name: "variables", env: static},
		{name: "variables, half", env: []string{"AWS_SECRET_ACCESS_KEY=MARKSECRET"}, words: "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not"},
		{name: "variables, refused with an echo", env: static, answer: echo, words: `eks:[A-Za-z]+: ExpiredTokenException: .*\(hidden\)`},
		{name: "nothing", words: "there are no AWS credentials: .*AWS_EC2_METADATA_DISABLED(?s:.*)aws configure"},
		{name: "shared file", env: chooseX, files: map[string]string{".aws/credentials": "[x]\n" + staticKeys, ".aws/config": "[profile x]\nregion=us-east-1\n"}},
		{name: "shared file, half", env: chooseX, files: map[string]string{".aws/credentials": "[x]\naws_secret_access_key = MARKSECRET\n"}, words: `profile "x".* has only one of aws_access_key_id and aws_secret_access_key\n(?s:.*)aws configure --profile x`},
		{name: "shared file, a broken line", env: chooseX, files: map[string]string{".aws/credentials": "[x\n" + staticKeys + "MARKLINE\n"}, words: `profile "x"`},
		{name: "shared file, a broken number", env: chooseX, files: profileX("max_attempts = MARKSECRET"), words: "max_attempts has an invalid value"},
		{name: "process", env: chooseX, files: processFiles(`echo '{"Version":1,` + keysJSON + `}'; echo MARKSAID >&2`)},
		{name: "process, a line before", env: chooseX, files: processFiles(`echo hello MARKSAID; echo '{"Version":1,` + keysJSON + `}'`), words: process + "what it printed is not one JSON object"},
		{name: "process, Version is text", env: chooseX, files: processFiles(`echo '{"Version":"1",` + keysJSON + `}'`), words: process + "the Version in its JSON is not the number 1"},
		{name: "process, a key is a number", env: chooseX, files: processFiles(`echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":{"MARKSECRET":"MARKSECRET"}}'`), words: process + "in its JSON a value is not a text"},
		{name: "process, no keys", env: chooseX, files: processFiles(`echo '{"Version":1,"SessionToken":"MARKTOKEN"}'`), words: process + "its JSON lacks AccessKeyId or SecretAccessKey"},
		{name: "process, a wrong time", env: chooseX, files: processFiles(`echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"MARKSECRET","Expiration":"MARKTIME"}'`), words: process + "the Expiration"},
		{name: "process, exit 3", env: chooseX, files: processFiles(`echo '{"Version":1,` + keysJSON + `}'; echo MARKSAID >&2; exit 3`), words: process + "it ended with exit status 3\n(?s:.*)HOME/.aws/config"},
		{name: "process, killed", env: chooseX, files: processFiles(`echo MARKSAID; kill -9 $$`), words: process},
		{name: "process, not executable", env: chooseX, files: map[string]string{".aws/config": "[profile x]\ncredential_process = HOME/process.sh MARKARGUMENT\n", "process.sh": "echo MARK"}, words: process + "the command may not be executed"},
		{name: "process, not there", env: chooseX, files: profileX("credential_process = HOME/none MARKARGUMENT"), words: process + "the shell finds no such command"},
		{name: "process, silent", env: chooseX, files: processFiles(`true`), words: process + "it printed nothing"},
		{name: "process, expired", env: chooseX, files: processFiles(`echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"MARKSECRET","Expiration":"` + soon + `"}'`), words: process + "its credentials expired at " + soon},
		{name: "SSO", env: chooseX, files: ssoFiles(ssoToken("2099-01-01T00:00:00Z")), answer: on("/federation/credentials", 200, `{"roleCredentials":{"accessKeyId":"AKIATEST","secretAccessKey":"MARKSECRET","sessionToken":"MARKTOKEN","expiration":4070908800000}}`)},
		{name: "SSO, expired, renewed", env: chooseX, files: ssoFiles(ssoToken(soon)[:len(ssoToken(soon))-1] + `,"registrationExpiresAt":"2099-01-01T00:00:00Z"}`), answer: either(
			on("/token", 200, `{"accessToken":"MARKNEW","expiresIn":3600,"refreshToken":"MARKREFRESH2"}`),
			on("/federation/credentials", 200, `{"roleCredentials":{"accessKeyId":"AKIATEST","secretAccessKey":"MARKSECRET","sessionToken":"MARKTOKEN","expiration":4070908800000}}`))},
		{name: "SSO, expired", env: chooseX, files: ssoFiles(`{"accessToken":"MARKSSO","expiresAt":"` + soon + `"}`), words: sso + "it has expired, or is not valid\n(?s:.*)to sign in:\n +aws sso login --profile x"},
		{name: "SSO, expired, not renewed", env: chooseX, files: ssoFiles(ssoToken(soon)), answer: on("/token", 400, `{"error":"MARKERROR","error_description":"MARKSAID"}`), words: sso + "it has expired, or is not valid\n(?s:.*)to sign in:\n +aws sso login --profile x"},
		{name: "SSO, no session", env: chooseX, files: profileX(ssoProfile), words: sso + "you are not signed in: the file .* cannot be read: no such file or directory\n(?s:.*)to sign in:\n +aws sso login --profile x"},
		{name: "SSO, refused by AWS", env: chooseX, files: ssoFiles(ssoToken("2099-01-01T00:00:00Z")), answer: either(
			on("/federation/credentials", 200, `{"roleCredentials":{"accessKeyId":"AKIATEST","secretAccessKey":"MARKSECRETabc/+","sessionToken":"MARKTOKENabc/+=","expiration":4070908800000}}`), echo,
		), words: "ExpiredTokenException: (.*\n)+ +to sign in:\n +aws sso login --profile x"},
		{name: "SSO, no account", env: chooseX, files: profileX("sso_session = s\n[sso-session s]\nsso_region=us-east-1\nsso_start_url=https://x.awsapps.com/start\n"), words: "the profile has no sso_account_id and sso_role_name(.*\n)+ +to choose them:\n +aws configure sso --profile x"},
		{name: "SSO, malformed", env: chooseX, files: ssoFiles(`{"accessToken":"MARKSSO" MARKSAID`), words: sso + "it has expired, or is not valid\n"},
		{name: "SSO, a wrong time", env: chooseX, files: ssoFiles(ssoToken("MARKTIME")), words: sso},
		{name: "SSO, unauthorized", env: chooseX, files: ssoFiles(ssoToken("2099-01-01T00:00:00Z")), answer: on("/federation/credentials", 401, `{"message":"MARKSAID","__type":"UnauthorizedException"}`), words: sso + "it has expired, or is not valid\n"},
		{name: "SSO, forbidden", env: chooseX, files: ssoFiles(ssoToken("2099-01-01T00:00:00Z")), answer: on("/federation/credentials", 403, `{"message":"MARKSAID","__type":"ForbiddenException"}`), words: sso + `SSO answers ForbiddenException \(HTTP 403\) for role "dev" in account "111122223333"`},
		{name: "SSO, an empty answer", env: chooseX, files: ssoFiles(ssoToken("2099-01-01T00:00:00Z")), answer: on("/federation/credentials", 200, `{}`), words: sso},
		{name: "old SSO, expired", env: chooseX, files: map[string]string{
			".aws/config":                           "[profile x]\nregion=us-east-1\nsso_start_url=https://x.awsapps.com/start\nsso_region=us-east-1\nsso_account_id=111122223333\nsso_role_name=dev\n",
			ssoCache("https://x.awsapps.com/start"): `{"accessToken":"MARKSSO","expiresAt":"` + soon + `"}`,
		}, words: sso + "it has expired, or is not valid\n(?s:.*)to sign in:\n +aws sso login --profile x"},
		{name: "login, no session", env: chooseX, files: profileX("login_session = arn:aws:iam::111122223333:user/u"), words: `no AWS credentials from the login session of profile "x": .*\n(?s:.*)aws login --profile x`},
		{name: "web identity", env: webIdentity(), files: tokenFile, answer: on("AssumeRoleWithWebIdentity", 200, assumed("AssumeRoleWithWebIdentity"))},
		{name: "web identity, refused", env: webIdentity(), files: tokenFile, answer: on("AssumeRoleWithWebIdentity", 403, stsRefusal("AccessDenied")), words: web + `STS answers AccessDenied \(HTTP 403\)`},
		{name: "web identity, a strange code", env: webIdentity(), files: tokenFile, answer: on("AssumeRoleWithWebIdentity", 400, stsRefusal("MARKCODE")), words: web + `STS answers HTTP 400`},
		{name: "web identity, no token", env: webIdentity(), words: web + "its token file HOME/token cannot be read: no such file or directory"},
		{name: "web identity, an echo", env: webIdentity(), files: tokenFile, answer: on("AssumeRoleWithWebIdentity", 400, "<MARKSAID ECHO"), words: web + `STS answers HTTP 400`},
		{name: "web identity of a profile, no credentials", env: chooseX, files: map[string]string{".aws/config": "[profile x]\nregion=us-east-1\nrole_arn=arn:aws:iam::111122223333:role/r\nweb_identity_token_file=HOME/token\n", "token": "MARKJWT"}, answer: on("AssumeRoleWithWebIdentity", 200, `<AssumeRoleWithWebIdentityResponse><X>MARKSAID</X></AssumeRoleWithWebIdentityResponse>`), words: `no AWS credentials from the web identity of profile "x": `},
		{name: "container", env: container(), answer: on("/creds", 200, "{"+keysJSON+"}")},
		{name: "container, 500 with an echo", env: container("AWS_MAX_ATTEMPTS=1"), answer: on("/creds", 500, "MARKSAID ECHO"), words: box + "it answers HTTP 500"},
		{name: "container, a refusal of JSON", env: container(), answer: on("/creds", 403, `{"code":"MARKCODE","message":"MARKSAID ECHO"}`), words: box + "it answers HTTP 403"},
		{name: "container, not JSON", env: container(), answer: on("/creds", 200, "MARKSAID ECHO"), words: box + "its answer holds no credentials"},
		{name: "container, no credentials", env: container(), answer: on("/creds", 200, `{"Token":"MARKTOKEN"}`), words: box + "its answer holds no credentials"},
		{name: "container, token of a file", env: container("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=HOME/token"), files: map[string]string{"token": "MARKAUTH"}, answer: on("/creds", 200, "{"+keysJSON+"}")},
		{name: "container, no token file", env: container("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=HOME/token"), words: box + "its token file HOME/token cannot be read"},
		{name: "container, two lines of token", env: container("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=HOME/token"), files: map[string]string{"token": "MARKAUTH\nMARK\n"}, words: box + "it was not asked"},
		{name: "container, elsewhere", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://u:MARKPASS@192.0.2.1/MARKPATH?MARKQUERY"}, words: `AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://192.0.2.1" is not an address`},
		{name: "container, no URL", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://u:MARKPASS@127.0.0.1:x"}, words: `AWS_CONTAINER_CREDENTIALS_FULL_URI: its value is not an address`},
		{name: "container, nobody there", env: []string{"AWS_MAX_ATTEMPTS=1", "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://u:MARKPASS@127.0.0.1:1/?MARKQUERY"}, words: `FULL_URI \(http://127.0.0.1:1\): it: dial tcp 127.0.0.1:1: connection refused`},
		{name: "instance", env: imds, answer: instance(200, `{"Code":"Success",`+keysJSON+"}")},
		{name: "instance, 500", env: append(imds, "AWS_MAX_ATTEMPTS=1"), answer: instance(500, "MARKSAID"), words: `there are no AWS credentials: .*it answers HTTP 500\n`},
		{name: "instance, malformed", env: imds, answer: instance(200, "MARKSAID"), words: "there are no AWS credentials: "},
		{name: "instance, a failure", env: imds, answer: instance(200, `{"Code":"MARKCODE","Message":"MARKSAID"}`), words: "there are no AWS credentials: "},
		{name: "instance, a page for a role", env: imds, answer: on("/latest", 200, "<html>MARKSAID</html>\nMARKSAID"), words: "there are no AWS credentials: "},
		{name: "role", env: chooseX, files: profileX(roleChain + staticKeys), answer: on("AssumeRole", 200, assumed("AssumeRole"))},
		{name: "role, refused", env: chooseX, files: profileX(roleChain + staticKeys), answer: on("AssumeRole", 403, stsRefusal("AccessDenied")), words: `no AWS credentials: sts:AssumeRole of arn:aws:iam::111122223333:role/r for profile "x" failed: STS answers AccessDenied \(HTTP 403\)\n(?s:.*)access key of profile "base"`},
		{name: "role of a process", env: chooseX, files: roleOfProcess(`echo '{"Version":1,` + keysJSON + `}'`), answer: on("AssumeRole", 200, assumed("AssumeRole"))},
		{name: "role of a process, refused", env: chooseX, files: roleOfProcess(`echo '{"Version":1,` + keysJSON + `}'`), answer: on("AssumeRole", 403, stsRefusal("AccessDenied")), words: `sts:AssumeRole of arn:aws:iam::111122223333:role/r for profile "x" failed`},
		{name: "role of a process that fails", env: chooseX, files: roleOfProcess(`echo MARKSAID; echo '{"Version":1,` + keysJSON + `}'`), words: `credential_process of profile "base": what it printed is not one JSON object.*, so the role of profile "x" cannot be assumed`},
		{name: "role of SSO, expired", env: chooseX, files: profileX(roleChain + strings.Replace(ssoProfile, "[sso", "region=us-east-1\n[sso", 1)), words: `the SSO session of profile "base": .*, so the role of profile "x" cannot be assumed\n(?s:.*)aws sso login --profile base`},
		{name: "role of an instance, refused", env: append(chooseX, imds...), files: profileX("role_arn = arn:aws:iam::111122223333:role/r\ncredential_source = Ec2InstanceMetadata"), answer: either(instance(200, `{"Code":"Success",`+keysJSON+"}"), on("AssumeRole", 403, stsRefusal("AccessDenied"))), words: `sts:AssumeRole of .* for profile "x" failed`},
		{name: "role of variables that are not set", env: chooseX, files: profileX("role_arn = arn:aws:iam::111122223333:role/r\ncredential_source = Environment"), words: "no AWS credentials from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: they are not set"},
		{name: "role with MFA", env: chooseX, files: profileX("mfa_serial = MARKSERIAL\n" + roleChain + staticKeys), words: `profile "x" requires an MFA code`},
	}
}

func roleOfProcess(script string) map[string]string {
	files := profileX(roleChain + "credential_process = sh HOME/process.sh")
	files["process.sh"] = script
	return files
}

// echo refuses everything and repeats what was sent, as services for debugging do.
func echo(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Set("X-Amzn-Errortype", "ExpiredTokenException")
	w.WriteHeader(http.StatusForbidden)
	_, _ = fmt.Fprintf(w, `{"message":"token %s of %s","headers":"%s"}`, r.Header.Get("X-Amz-Security-Token"),
		strings.ReplaceAll(r.Header.Get("X-Amz-Security-Token"), "/", `\/`), r.Header.Get("Authorization"))
	return true
}

// settingStates are the settings and files that may hold a secret, each with the command that reads it.
func settingStates() []secretState {
	keys := []string{"AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=MARKSECRET"}
	get := func(more ...string) []string {
		return append([]string{"get", "fargateprofile", "--cluster", "demo"}, more...)
	}
	secret := func(text string) map[string]string {
		return map[string]string{"secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n" + text}
	}
	matching := []string{"match", "-f", "secret.yaml", "--profiles-from", "profiles.yaml"}
	proxied := []string{"AWS_ENDPOINT_URL=http://aws.example", "AWS_ENDPOINT_URL_STS=http://aws.example", "AWS_MAX_ATTEMPTS=1"}
	withProxy := func(more ...string) []string { return append(append(append([]string{}, keys...), proxied...), more...) }
	states := []secretState{
		{name: "endpoint of FGCTL", env: append(keys, "FGCTL_ENDPOINT_URL=http://u:MARKPASS@h:x"), command: get(), words: "--endpoint-url: its value is not a URL: the port is not a number"},
		{name: "endpoint of AWS", env: append(keys, "AWS_ENDPOINT_URL=http://u:MARKPASS@h"), command: get(), words: `AWS_ENDPOINT_URL: "http://h" holds a user name`},
		{name: "endpoint of EKS", env: append(keys, "AWS_ENDPOINT_URL_EKS=http://u:MARK/PASS@h"), command: get(), words: `AWS_ENDPOINT_URL_EKS: its value is not a URL`},
		{name: "endpoint of the config", env: append(keys, "AWS_ENDPOINT_URL=", "AWS_ENDPOINT_URL_STS="), files: awsConfig("[default]\nendpoint_url = http://u:MARKPASS@h\n"), command: get(), words: "endpoint_url of the AWS config file"},
		{name: "endpoint of a services section", env: append(keys, "AWS_ENDPOINT_URL=", "AWS_MAX_ATTEMPTS=1"), files: awsConfig("[default]\nservices = s\n[services s]\neks =\n  endpoint_url = http://u:MARKPASS@127.0.0.1:1/?MARK\n"), command: get("--region", "us-east-1"), words: "."},
		{name: "endpoint of the settings", env: keys, files: map[string]string{".config/fgctl/config.yaml": "endpoint-url: http://u:MARKPASS@h:x\n"}, command: get(), words: "endpoint-url: its value is not a URL"},
		{name: "settings, an alias", env: keys, files: map[string]string{".config/fgctl/config.yaml": "cluster: a\nendpoint-url: *MARKPASS\n"}, command: get(), words: "an alias refers to no anchor"},
		{name: "settings, not closed", env: keys, files: map[string]string{".config/fgctl/config.yaml": "endpoint-url: \"http://u:MARKPASS@h\n"}, command: get(), words: "config.yaml: "},
		{name: "settings, deeper", env: keys, files: map[string]string{".config/fgctl/config.yaml": "endpoint-url: {a: {b: MARKPASS}}\n"}, command: get(), words: "config.yaml:1: endpoint-url: "},
		{name: "proxy, no URL", env: withProxy("HTTP_PROXY=http://u:MARKPASS@h:x", "HTTPS_PROXY=http://u:MARKPASS@h:x"), command: get(), words: "the proxy of HTTPS_PROXY or HTTP_PROXY: no such host|HTTPS_PROXY is not the URL of a proxy"},
		{name: "proxy, nobody there", env: withProxy("HTTP_PROXY=http://u:MARKPASS@127.0.0.1:1"), command: get(), words: `the proxy of HTTPS_PROXY or HTTP_PROXY: dial tcp 127.0.0.1:1: connection refused`},
		{name: "proxy, refuses with words", env: withProxy("HTTP_PROXY=URL/MARKPATH"), answer: echo, command: get(), words: "ExpiredTokenException"},
		{name: "CA bundle", env: append(keys, "AWS_CA_BUNDLE=HOME/ca.pem"), files: map[string]string{"ca.pem": "-----BEGIN PRIVATE KEY-----\nMARK\n"}, command: get(), words: "AWS_CA_BUNDLE or ca_bundle is not one of PEM certificates"},
		{name: "kubeconfig, an alias", env: append(keys, "KUBECONFIG=HOME/kube"), files: map[string]string{"kube": "users:\n- user: {token: *MARKTOKEN}\n"}, command: get()[:2], words: "kubeconfig HOME/kube: .*an alias refers to no anchor"},
		{name: "kubeconfig, a broken line", env: append(keys, "KUBECONFIG=HOME/kube"), files: map[string]string{"kube": "users:\n- user:\n    client-key-data: \"MARKKEY\n  token: MARKTOKEN\n"}, command: get()[:2], words: "kubeconfig HOME/kube: "},
		{name: "kubeconfig, a value of another kind", env: append(keys, "KUBECONFIG=HOME/kube"), files: map[string]string{"kube": "current-context: [MARK]\nusers: MARK\n"}, command: get()[:2], words: "kubeconfig HOME/kube: "},
		{name: "manifest, an alias", files: secret("stringData: {password: *MARKPASS}\n"), command: matching, words: "secret.yaml: document 1, line 4: .*an alias refers to no anchor"},
		{name: "manifest, not closed", files: secret("stringData:\n  password: \"MARKPASS\n  other: MARKPASS\n"), command: matching, words: "secret.yaml: "},
		{name: "manifest, a colon", files: secret("stringData:\n  password: MARKPASS: MARKPASS\n"), command: matching, words: "secret.yaml: "},
		{name: "manifest, a strange tag", files: secret("stringData:\n  password: !MARKPASS!x\n"), command: matching, words: "secret.yaml: "},
		{name: "manifest, a key twice", files: secret("stringData: {password: MARKPASS, password: MARKPASS}\ndata: MARKPASS\nmetadata: MARK\n"), command: matching, words: "secret.yaml: "},
		{name: "manifest, JSON", files: map[string]string{"secret.yaml": `{"kind":"Secret","apiVersion":"v1","stringData":{"password":"MARKPASS" "MARKPASS"}}`}, command: matching, words: "secret.yaml: "},
		{name: "manifest of a URL", command: []string{"match", "-f", "https://u:MARKPASS@h/x?token=MARK", "--profiles-from", "profiles.yaml"}, words: "https://h/...: URLs are not read"},
		{name: "profiles of a URL", command: []string{"match", "-f", "pod.yaml", "--profiles-from", "https://u:MARKPASS@h/x?token=MARK"}, words: "."},
		{name: "file of a URL", env: keys, command: []string{"create", "fargateprofile", "-f", "https://u:MARKPASS@h/x?token=MARK"}, words: "."},
		{name: "Terraform state", files: map[string]string{"secret.yaml": `{"version":4,"outputs":{"password":{"value":"MARKPASS"}},"resources":[{"type":"aws_eks_fargate_profile","name":"a","instances":[{"attributes":{"fargate_profile_name":"MARK` + "\n" + `"}}]}]}`}, command: []string{"match", "-f", "pod.yaml", "--profiles-from", "secret.yaml"}, words: "secret.yaml: "},
	}
	for i, endpoint := range []string{
		"http://u:MARKPASS@127.0.0.1:x", "http://u:MARKPASS@127.0.0.1:1", "http://u:MARK/PASS@h", "http://127.0.0.1:1/MARK?token=MARKTOKEN",
		"u:MARKPASS@h", "ht tp://u:MARKPASS@h", "http://u:MARK%PASS@h", "http://u:MARKPASS@[::1", "//u:MARKPASS@h", "MARKPASS", "http://u:MARKPASS",
	} {
		states = append(states, secretState{name: fmt.Sprintf("endpoint %d", i+1), env: keys, command: get("--endpoint-url", endpoint), words: "--endpoint-url: "})
	}
	return states
}
