// Package trust judges the trust policy of an IAM role: does it let a service assume the role on behalf
// of one resource, and if not, why not. It knows no AWS client and no profile; a policy document goes in
// and a Judgement comes out.
//
// Conditions that depend on what nobody knows beforehand are not guessed: the judgement has three
// outcomes, Allowed, Refused and Undecided. Start reading at Parse and Policy.Judge; condition.go holds
// the condition operators.
package trust
