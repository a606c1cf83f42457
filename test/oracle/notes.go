package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strconv"

	"golang.org/x/mod/sumdb/note"
)

func init() {
	ops["note.newVerifier"] = func(a []string) (any, error) {
		verifier, err := note.NewVerifier(a[0])
		if err != nil {
			return nil, err
		}
		return map[string]any{"name": verifier.Name(), "keyHash": verifier.KeyHash()}, nil
	}
	ops["note.newSigner"] = func(a []string) (any, error) {
		signer, err := note.NewSigner(a[0])
		if err != nil {
			return nil, err
		}
		sig, err := signer.Sign([]byte(a[1]))
		if err != nil {
			return nil, err
		}
		return map[string]any{
			"name":      signer.Name(),
			"keyHash":   signer.KeyHash(),
			"signature": base64.StdEncoding.EncodeToString(sig),
		}, nil
	}
	ops["note.newEd25519VerifierKey"] = func(a []string) (any, error) {
		return note.NewEd25519VerifierKey(a[0], ed25519.PublicKey(a[1]))
	}
	ops["note.generateKey"] = func(a []string) (any, error) {
		skey, vkey, err := note.GenerateKey(bytes.NewReader([]byte(a[0])), a[1])
		return map[string]any{"signerKey": skey, "verifierKey": vkey}, err
	}
	ops["note.open"] = openNote
	ops["note.sign"] = signNote
}

// openNote opens a[0] with the verifier keys that follow.
func openNote(a []string) (any, error) {
	var verifiers []note.Verifier
	for _, key := range a[1:] {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return nil, err
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open([]byte(a[0]), note.VerifierList(verifiers...))
	var unverified *note.UnverifiedNoteError
	if errors.As(err, &unverified) {
		described := describeNote(unverified.Note)
		described["unverified"] = err.Error()
		return described, nil
	}
	if err != nil {
		return nil, err
	}
	return describeNote(opened), nil
}

func describeNote(n *note.Note) map[string]any {
	list := func(sigs []note.Signature) []any {
		all := []any{}
		for _, sig := range sigs {
			all = append(all, map[string]any{"name": sig.Name, "hash": sig.Hash, "base64": sig.Base64})
		}
		return all
	}
	return map[string]any{"text": n.Text, "sigs": list(n.Sigs), "unverifiedSigs": list(n.UnverifiedSigs)}
}

// signNote signs the text a[0] with a[1], which is a number of signer keys, then the keys; what follows are signatures that
// it had, by name, hash and base64 each.
func signNote(a []string) (any, error) {
	count, err := strconv.Atoi(a[1])
	if err != nil {
		return nil, err
	}
	var signers []note.Signer
	for _, key := range a[2 : 2+count] {
		signer, err := note.NewSigner(key)
		if err != nil {
			return nil, err
		}
		signers = append(signers, signer)
	}
	n := &note.Note{Text: a[0]}
	for rest := a[2+count:]; len(rest) > 0; rest = rest[3:] {
		hash, err := strconv.ParseUint(rest[1], 10, 32)
		if err != nil {
			return nil, err
		}
		n.Sigs = append(n.Sigs, note.Signature{Name: rest[0], Hash: uint32(hash), Base64: rest[2]})
	}
	signed, err := note.Sign(n, signers...)
	return string(signed), err
}
