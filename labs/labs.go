// Package labs holds the domain of the lab half: the runbook's steps, the
// layers of a request's path, a lab's definition, and what a running lab
// shows. It knows no cluster client and no terminal; the packages below it
// observe, judge and change clusters.
package labs
