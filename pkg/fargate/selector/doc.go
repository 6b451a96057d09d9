// Package selector holds the algebra of Fargate selectors: which texts a pattern matches, whether some
// pod fits two selectors, and whether every pod that fits a selector fits one of several others.
//
// Overlap and Escape answer with a pod, valid by Kubernetes' rules, that shows why. A Search asks many
// questions under one bound on the work, beyond which the answer is Undecided. The package knows neither
// profiles nor their states. Start reading at Search; search.go explains how an answer is found, walk.go
// how one text is.
package selector
