// The same, permanent, as a fix for the other says: a reload is refused instead of going on with the old code. A new
// version comes with the restart of the node.
// needs: golang-go erlang-dev
// source: go_sum.go
// flags: -DPERMANENT
// true: permanent-by-driver-lock
// accepts: permanent-by-driver-lock
// node: permanent
package main
