// Package decision decides what a change of Fargate profiles comes to: pure functions of what there is and what is
// wished for. Start reading at Assess (the stage of a replacement), Situation.Decide and Goal.Decide; pkg/lifecycle
// reads what there is, and carries the decisions out.
package decision
