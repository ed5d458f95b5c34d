package command

// openssl is how openssl reads its words. Which flags have no value is much
// the same for all of its commands.
func openssl() grammar {
	return grammar{
		style: single,
		bare: []string{
			"brief", "check", "check_ss_sig", "crl_check", "crl_check_all", "crlf", "cert_chain", "dates", "debug", "des3", "email", "enddate",
			"fingerprint", "hash", "help", "ign_eof", "issuer", "issuer_hash", "issuers", "legacy", "modulus", "msg", "new", "newkey_noout", "no-CAfile",
			"no-CApath", "no_alt_chains", "no_check_time", "no_ssl3", "no_ticket", "no_tls1", "no_tls1_1", "no_tls1_2", "no_tls1_3", "nocert",
			"nocerts", "nodes", "noenc", "nokeys", "noout", "noservername", "ocsp_uri", "partial_chain", "prexit", "print_certs", "pubin",
			"pubkey", "pubout", "quiet", "reconnect", "reuse", "serial", "servername_fatal", "sha1", "sha256", "show_chain", "showcerts", "startdate", "state", "status",
			"subject", "subject_hash", "text", "tls1", "tls1_1", "tls1_2", "tls1_3", "trace", "trusted_first", "verify_return_error", "verify_quiet",
			"x509", "x509_strict",
		},
	}
}

// tcpdump is how tcpdump reads its words.
func tcpdump() grammar {
	return grammar{
		style: getopt,
		short: map[string]string{"i": "interface", "D": "list-interfaces", "n": "n"},
		bare: []string{
			"A", "H", "I", "K", "L", "N", "O", "S", "U", "X", "b", "d", "e", "f", "h", "immediate-mode", "l", "list-interfaces", "n", "number",
			"p", "print", "q", "t", "u", "v", "x",
		},
	}
}

// dig is how dig reads its words: what begins with + or @ may stand anywhere.
func dig() grammar { return grammar{style: plus} }
