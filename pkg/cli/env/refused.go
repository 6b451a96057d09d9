package env

// What is left to do where a change cannot go on: the command lines that finish or undo what was begun.

import (
	"errors"
	"fmt"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

// WaysOut returns the command lines that finish a replacement and that undo it, which is empty where that is too late.
func (e *Env) WaysOut(p Place, s decision.Situation) (finish, undo string) {
	finish = e.On(p, "replace", FargateProfile, s.Name)
	if s.CanAbort() {
		undo = finish + " --abort"
	}
	if s.Drains() {
		finish += " --drain" // without it, pods that are still there would be stopped at once
	}
	return finish, undo
}

// UnfinishedReplacement says that a profile is the successor in an unfinished replacement, and the ways out;
// it is empty for any other. The place is that of the profiles.
func (e *Env) UnfinishedReplacement(place Place, profiles []fargate.Profile, p fargate.Profile) string {
	s, unfinished, err := decision.ReplacementBy(profiles, p)
	switch {
	case err != nil:
		return err.Error()
	case !unfinished:
		return ""
	}
	finish, undo := e.WaysOut(place, s)
	text := fmt.Sprintf("profile %s replaces %s, and that is unfinished\nto finish it: %s", p.Name, s.Name, finish)
	if undo != "" {
		text += "\nto undo it: " + undo
	}
	return text
}

// Refused adds to refusals the commands that are left.
func (e *Env) Refused(err error, place Place) error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		errs := several.Unwrap()
		refused := make([]error, len(errs))
		for i, one := range errs {
			refused[i] = e.Refused(one, place)
		}
		return errors.Join(refused...)
	}
	var refusal *decision.Refusal
	var failed *decision.Failed
	switch {
	case errors.As(err, &failed):
		return fmt.Errorf("%w\nto delete it first: %s", err, e.On(place, "delete", FargateProfile, failed.Profile.Name))
	case !errors.As(err, &refusal):
		return err
	}
	finish, undo := e.WaysOut(place, refusal.Situation)
	switch refusal.Reason {
	case decision.Moved:
		return fmt.Errorf("%w\nto try again: %s", err, e.Again())
	case decision.TooLate:
		err = fmt.Errorf("%w\nto finish it: %s", err, finish)
	case decision.OtherUnderWay:
		err = fmt.Errorf("%w\nto finish what was begun: %s", err, finish)
		if undo != "" {
			err = fmt.Errorf("%w\nto undo it: %s", err, undo)
		}
	case decision.DoneBefore:
		err = fmt.Errorf("%w\nto replace it all the same, give a --new-name\nto delete it: %s", err,
			e.On(place, "delete", FargateProfile, refusal.Situation.Name))
	case decision.GivenUp:
		err = fmt.Errorf("%w\nto delete it: %s", err, e.On(place, "delete", FargateProfile, refusal.Situation.Name))
	case decision.Stands, decision.Differs:
	}
	return &RefusedError{Err: err}
}
