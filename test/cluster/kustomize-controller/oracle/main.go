// Command oracle answers what kustomize-controller makes of files and variables, with the controller's own libraries and
// without a cluster: one JSON object a line on standard input, one answer a line on standard output, in the same order.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	securejoin "github.com/cyphar/filepath-securejoin"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/envsubst"
	generator "github.com/fluxcd/pkg/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	celtypes "github.com/google/cel-go/common/types"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/resmap"
)

// request asks for exactly one of the three.
type request struct {
	Envsubst *struct {
		Text      string            `json:"text"`
		Variables map[string]string `json:"variables"`
		// Strict makes a variable that is not there, and has no default, an error.
		Strict bool `json:"strict"`
	} `json:"envsubst"`
	Build *buildRequest `json:"build"`
	Cel   *celRequest   `json:"cel"`
}

// celRequest is an expression of healthCheckExprs, which is only parsed, or a readyExpr, which is compiled with self and dep.
type celRequest struct {
	Expression string          `json:"expression"`
	Variables  json.RawMessage `json:"variables"`
	IsReady    bool            `json:"isReady"`
}

// buildRequest is what the controller has when it builds. Root is copied first: nothing below it changes.
type buildRequest struct {
	Root          string                    `json:"root"`
	Kustomization kustomizev1.Kustomization `json:"kustomization"`
	// ConfigMaps and Secrets are those of the Kustomization's namespace, for substituteFrom.
	ConfigMaps []corev1.ConfigMap `json:"configMaps"`
	Secrets    []corev1.Secret    `json:"secrets"`
	// Strict is the feature gate StrictPostBuildSubstitutions.
	Strict bool `json:"strict"`
	// NoRemoteBases is the controller's flag.
	NoRemoteBases bool `json:"noRemoteBases"`
}

type answer struct {
	// Result is the substituted text, or the built objects as YAML.
	Result string `json:"result"`
	// Generated is the kustomization.yaml that was built.
	Generated string `json:"generated,omitempty"`
	Error     string `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<28)
	answers := json.NewEncoder(os.Stdout)
	answers.SetEscapeHTML(false)
	for lines.Scan() {
		if err := answers.Encode(answerTo(lines.Bytes())); err != nil {
			fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		fatal(err)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "oracle:", err)
	os.Exit(1)
}

func answerTo(line []byte) answer {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		fatal(err)
	}
	var given answer
	var err error
	switch {
	case asked.Envsubst != nil:
		variables, strict := asked.Envsubst.Variables, asked.Envsubst.Strict
		given.Result, err = envsubst.Eval(asked.Envsubst.Text, func(name string) (string, bool) {
			value, exists := variables[name]
			return value, exists || !strict
		})
	case asked.Build != nil:
		given, err = build(asked.Build)
	case asked.Cel != nil:
		given.Result, err = evaluate(asked.Cel)
	default:
		fatal(fmt.Errorf("neither envsubst, build nor cel is asked for: %s", line))
	}
	if err != nil {
		return answer{Generated: given.Generated, Error: err.Error()}
	}
	return given
}

// evaluate answers true, false, invalid for what does not compile, or fails for what gives no boolean on these variables.
func evaluate(asked *celRequest) (string, error) {
	// as unstructured objects are read: integers are int64
	variables := map[string]any{}
	if err := utiljson.Unmarshal(asked.Variables, &variables); err != nil {
		return "", err
	}
	var options []cel.Option
	if asked.IsReady {
		options = []cel.Option{cel.WithCompile(), cel.WithOutputType(celtypes.BoolType), cel.WithStructVariables("self", "dep")}
	}
	expression, err := cel.NewExpression(asked.Expression, options...)
	if err != nil {
		return "invalid", nil
	}
	result, err := expression.EvaluateBoolean(context.Background(), variables)
	if err != nil {
		return "fails", nil
	}
	return fmt.Sprint(result), nil
}

// build takes the controller's steps from the unpacked artifact to the YAML that it applies, without decryption.
func build(asked *buildRequest) (given answer, err error) {
	root, err := os.MkdirTemp("", "flux-oracle-")
	if err != nil {
		return given, err
	}
	defer os.RemoveAll(root)
	// the file system that the build may not leave is compared by real paths
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return given, err
	}
	if err := os.CopyFS(root, os.DirFS(asked.Root)); err != nil {
		return given, err
	}

	folder, err := securejoin.SecureJoin(root, asked.Kustomization.Spec.Path)
	if err != nil {
		return given, err
	}
	if _, err := os.Stat(folder); err != nil {
		return given, fmt.Errorf("kustomization path not found: %w", err)
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&asked.Kustomization)
	if err != nil {
		return given, err
	}
	object := unstructured.Unstructured{Object: fields}
	if _, err := generator.NewGenerator(root, object).WriteFile(folder); err != nil {
		return given, err
	}
	given.Generated = generated(folder)

	objects, err := generator.SecureBuild(root, folder, !asked.NoRemoteBases)
	if err != nil {
		return given, fmt.Errorf("kustomize build failed: %w", err)
	}
	if err := substitute(asked, object, objects); err != nil {
		return given, err
	}
	text, err := objects.AsYaml()
	given.Result = string(text)
	return given, err
}

func substitute(asked *buildRequest, object unstructured.Unstructured, objects resmap.ResMap) error {
	for _, each := range objects.Resources() {
		if each.GetName() == "" || each.GetKind() == "" || each.GetApiVersion() == "" {
			return fmt.Errorf("failed to decode Kubernetes apiVersion, kind and name from: %v", each.String())
		}
		if asked.Kustomization.Spec.PostBuild == nil {
			continue
		}
		always := asked.Kustomization.GetSubstituteStrategy() == kustomizev1.SubstituteStrategyAlways
		replaced, err := generator.SubstituteVariables(context.Background(), cluster{asked: asked}, object, each,
			generator.SubstituteWithStrict(asked.Strict), generator.SubstituteWithAlways(always))
		if err != nil {
			return fmt.Errorf("post build failed for '%s/%s': %w", each.GetGvk(), each.GetName(), err)
		}
		if replaced == nil {
			continue
		}
		if _, err := objects.Replace(each); err != nil {
			return err
		}
	}
	return nil
}

func generated(folder string) string {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if text, err := os.ReadFile(filepath.Join(folder, name)); err == nil {
			return string(text)
		}
	}
	return ""
}

// cluster holds the ConfigMaps and Secrets of the request and can only be asked for one of them.
type cluster struct {
	client.Client
	asked *buildRequest
}

func (c cluster) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	switch into := into.(type) {
	case *corev1.ConfigMap:
		for _, each := range c.asked.ConfigMaps {
			if each.Name == key.Name {
				each.DeepCopyInto(into)
				return nil
			}
		}
	case *corev1.Secret:
		for _, each := range c.asked.Secrets {
			if each.Name == key.Name {
				each.DeepCopyInto(into)
				return nil
			}
		}
	}
	return apierrors.NewNotFound(schema.GroupResource{Resource: fmt.Sprintf("%T", into)}, key.Name)
}
