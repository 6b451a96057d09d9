package profilefile

// Profiles generates profiles of every kind, for tests outside of the package.
var Profiles = profiles
