// Command gatedrill is a terminal trainer for engineers who run and debug
// Istio gateways.
package main

func main() {}
