package main

import "github.com/spf13/cobra"

// Whoever writes one of these in a file of its own deletes it here.

func doctorCommand(*env) *cobra.Command { return &cobra.Command{Use: "doctor", Hidden: true} }

func demoCommand(*env) *cobra.Command { return &cobra.Command{Use: "demo", Hidden: true} }
