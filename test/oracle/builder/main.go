// The original's own `build` command, many times in one process: a process for each tree costs more than its build.
// Reads one folder a line; answers each with `ok LENGTH` or `failed LENGTH`, a line break, and that many bytes: what the
// command prints, or its error. No option is set, and the files are those of the disk, as in the plain program.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"sigs.k8s.io/kustomize/kustomize/v5/commands/build"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"
)

func main() {
	answers := bufio.NewWriter(os.Stdout)
	if quiet, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout, os.Stderr = quiet, quiet
	}
	log.SetOutput(io.Discard)
	folders := bufio.NewScanner(os.Stdin)
	for folders.Scan() {
		text, err := built(folders.Text())
		word := "ok"
		if err != nil {
			word, text = "failed", []byte(err.Error())
		}
		fmt.Fprintf(answers, "%s %d\n", word, len(text))
		answers.Write(text)
		answers.Flush()
		// The schema is a variable of the process: what one tree set or parsed changes what the next one meets.
		openapi.ResetOpenAPI()
	}
}

// built is what `kustomize build FOLDER` prints. A panic is a failure, as the status of the plain program is not 0 either.
func built(folder string) (text []byte, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	var out bytes.Buffer
	command := build.NewCmdBuild(filesys.MakeFsOnDisk(), build.MakeHelp("kustomize", "build"), &out)
	command.SilenceErrors = true
	command.SetIn(strings.NewReader(""))
	command.SetOut(io.Discard)
	command.SetErr(io.Discard)
	command.SetArgs([]string{folder})
	err = command.Execute()
	return out.Bytes(), err
}
