// Package fleet reads clusters side by side: one, all of a region, those of several regions and accounts. Start reading
// at Read.
package fleet
