package manifest

// How Kubernetes' types are decoded.

import (
	"bytes"
	"errors"
	"reflect"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// decoding says how the types of an object are decoded, but for scalars. What no rule looks at is passed over.
var decoding = sync.OnceValue(func() document.Types {
	unread := map[reflect.Type]bool{}
	return document.Types{MaxItems: maxElements, Unread: unread, Options: json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(readQuantity),
		json.UnmarshalFromFunc(readTolerations),
		pass[[]corev1.EnvVar](unread),
		pass[[]corev1.EnvFromSource](unread),
		pass[[]corev1.VolumeMount](unread),
		pass[[]corev1.ContainerResizePolicy](unread),
		pass[corev1.Probe](unread),
		pass[corev1.Lifecycle](unread),
		pass[[]corev1.EphemeralContainer](unread),
		pass[[]corev1.HostAlias](unread),
		pass[[]corev1.LocalObjectReference](unread),
		pass[corev1.PodDNSConfig](unread),
		pass[corev1.ProjectedVolumeSource](unread),
		pass[corev1.ConfigMapVolumeSource](unread),
		pass[corev1.SecretVolumeSource](unread),
		pass[corev1.DownwardAPIVolumeSource](unread),
		pass[corev1.EphemeralVolumeSource](unread),
	))}
})

// pass passes over values of a type, which is noted.
func pass[T any](unread map[reflect.Type]bool) *json.Unmarshalers {
	unread[reflect.TypeFor[T]()] = true
	return json.UnmarshalFromFunc(func(dec *jsontext.Decoder, _ *T) error {
		_, err := dec.ReadValue() // which takes less time than SkipValue
		return err
	})
}

// readTolerations decodes tolerations where one may be about Fargate's taint: nearly every pod of a cluster has only
// those that Kubernetes adds, each with a key of its own.
func readTolerations(dec *jsontext.Decoder, t *[]corev1.Toleration) error {
	text, err := dec.ReadValue()
	if err != nil || keyed(text) && !bytes.Contains(text, []byte(kube.ComputeTypeAnnotation)) {
		return err
	}
	return json.Unmarshal(text, t)
}

// keyed reports whether each of these tolerations surely has a key, and none of them is escaped.
func keyed(text []byte) bool {
	for _, unsure := range []string{`\`, `""`, "null"} {
		if bytes.Contains(text, []byte(unsure)) {
			return false
		}
	}
	return bytes.Count(text, []byte(`"key"`)) == bytes.Count(text, []byte("{"))
}

// readQuantity decodes a quantity by fargate's parser, which has bounds. Whatever is none is an error here, so that
// the object is read again by way of object.quantity, which knows its place.
func readQuantity(dec *jsontext.Decoder, q *resource.Quantity) error {
	token, err := dec.ReadToken()
	switch {
	case err != nil:
		return err
	case token.Kind() == jsontext.KindNull:
		return nil
	case token.Kind() != jsontext.KindString && token.Kind() != jsontext.KindNumber:
		return errors.New("no quantity")
	}
	*q, err = kube.ParseQuantity(token.String())
	return err
}
