// Oracle answers questions about modules with Go's own code, for tests that compare Fairlead with it.
//
// It reads one JSON object a line, {"op": "checkPath", "cases": [["example.com/m"], …]}, and writes one line for each,
// {"answers": [{"value": …, "error": "…"}, …]}. Strings on the wire are bytes: each character stands for one, 0 to 255, as
// Go strings need not be UTF-8.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

type request struct {
	Op    string
	Cases [][]string
}

type answer struct {
	Value any    `json:"value"`
	Error string `json:"error,omitempty"`
}

// An op answers one case. Its value may be a bool, a number, a string, or a list or map of these.
type op func(args []string) (any, error)

var ops = map[string]op{}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	decoder := json.NewDecoder(in)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for decoder.More() {
		var req request
		if err := decoder.Decode(&req); err != nil {
			fmt.Fprintln(os.Stderr, "oracle:", err)
			os.Exit(1)
		}
		run, ok := ops[req.Op]
		if !ok {
			fmt.Fprintf(os.Stderr, "oracle: unknown op %q\n", req.Op)
			os.Exit(1)
		}
		answers := make([]answer, len(req.Cases))
		for i, args := range req.Cases {
			for j := range args {
				args[j] = decode(args[j])
			}
			answers[i] = ask(run, args)
		}
		encoder.Encode(map[string]any{"answers": answers})
		out.Flush()
	}
}

// ask runs an op. A panic is an error: the TypeScript side throws where Go panics.
func ask(run op, args []string) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a = answer{Error: encode(fmt.Sprint(r))}
		}
	}()
	value, err := run(args)
	if err != nil {
		return answer{Error: encode(err.Error())}
	}
	return answer{Value: encodeAll(value)}
}

func decode(s string) string {
	bytes := make([]byte, 0, len(s))
	for _, r := range s {
		bytes = append(bytes, byte(r))
	}
	return string(bytes)
}

func encode(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func encodeAll(value any) any {
	switch v := value.(type) {
	case string:
		return encode(v)
	case []string:
		list := make([]any, len(v))
		for i := range v {
			list[i] = encode(v[i])
		}
		return list
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = encodeAll(v[i])
		}
		return list
	case map[string]any:
		fields := make(map[string]any, len(v))
		for key := range v {
			fields[encode(key)] = encodeAll(v[key])
		}
		return fields
	default:
		return value
	}
}
