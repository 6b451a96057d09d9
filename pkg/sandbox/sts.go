package sandbox

// This file answers STS: who the caller is.

// stsActions are the operations of STS that the sandbox knows.
var stsActions = map[string]func(*Server, *call) (any, *refusal){
	"GetCallerIdentity": (*Server).getCallerIdentity,
}

// getCallerIdentity needs no permission (STS API, GetCallerIdentity).
func (s *Server) getCallerIdentity(*call) (any, *refusal) {
	return struct {
		ARN     string `xml:"Arn"`
		ID      string `xml:"UserId"`
		Account string `xml:"Account"`
	}{s.user(), "AIDASANDBOX0000000001", s.world.Account}, nil
}
