// The same, each version in a folder of its own, as the other fix says: the new code runs. The old keeps its memory and
// threads, so a node grows with each replacement.
// needs: golang-go erlang-dev
// source: go_sum.go
// true: dso-nodelete-flag reload-kept-old-code
// may: signal-handler-left thread-outlives-driver
// unseen: reload-kept-old-code: replaced from another folder
// folders: own
// node: stays grows
package main
