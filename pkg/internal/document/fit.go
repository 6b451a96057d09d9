package document

// Decode: values into Go's types, by their json tags.

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Scalar writes a scalar as JSON, or says what is wrong with it; path is its place.
type Scalar func(v Value, path string) (string, error)

// Types say how Decode reads types that are no structs, maps, lists, texts, booleans and whole numbers.
type Types struct {
	// Scalars returns those of the types that are not read by their kind; it is called where JSON does not fit as it
	// stands.
	Scalars func() map[reflect.Type]Scalar
	// Unread are the types whose values are passed over: a struct is empty then, anything else null.
	Unread map[reflect.Type]bool
	// Options are for decoding; they say the same of Scalars and Unread.
	Options jsonv2.Options
	// MaxItems is how many elements a list may have.
	MaxItems int
}

// Decode reads a value into what out points to; nil and null leave it as it is. Fields that the type does not have
// are passed over unread, and so are values of types that decode themselves and are not among Scalars. Everything that
// does not fit the type is an error with its line and its path, which begins with path.
func Decode(v Value, path string, out any, types Types) error {
	if v == nil || v.Kind() == Null {
		return nil
	}
	// JSON that fits is decoded as it stands. What is wrong with it is for the slow way to say, which also bounds lists
	// before there is memory for their elements.
	if j, ok := v.(jsonValue); ok && bytes.Count(j.raw, []byte(",")) < types.MaxItems {
		if jsonv2.Unmarshal(j.raw, out, types.Options) == nil {
			return nil
		}
		reflect.ValueOf(out).Elem().SetZero()
	}
	f := fitter{Types: types, scalars: types.Scalars()}
	f.value(v, reflect.TypeOf(out), path)
	if err := f.errs.OrNil(); err != nil {
		return err
	}
	if err := jsonv2.Unmarshal(f.json, out, types.Options); err != nil {
		return At(v.Line(), "%s cannot be read: %v", path, err)
	}
	return nil
}

// fitter writes as JSON what fits a type.
type fitter struct {
	Types
	scalars map[reflect.Type]Scalar
	json    []byte
	errs    Errors
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

func (f *fitter) value(v Value, t reflect.Type, path string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	scalar, known := f.scalars[t]
	switch {
	case v.Kind() == Null:
		f.add("null", nil)
		return
	case known:
		f.add(scalar(v, path))
		return
	case f.Unread[t] && t.Kind() == reflect.Struct:
		f.add("{}", nil)
		return
	case f.Unread[t] || reflect.PointerTo(t).Implements(unmarshaler):
		f.add("null", nil)
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		f.mapping(v, path, func(key string) (reflect.Type, string) { return fieldsOf(t)[key], path + "." + key })
	case reflect.Map:
		f.mapping(v, path, func(key string) (reflect.Type, string) { return t.Elem(), path + "[" + Shorten(key) + "]" })
	case reflect.Slice:
		f.list(v, t.Elem(), path)
	case reflect.Bool:
		b, err := AsBool(v, path)
		f.add(strconv.FormatBool(b), err)
	case reflect.String:
		text, err := AsText(v, path)
		f.errs.Add(err)
		f.json = quoted(f.json, text)
	case reflect.Int32, reflect.Int64:
		n, err := AsInt(v, path, t.Bits())
		f.add(strconv.FormatInt(n, 10), err)
	default:
		f.add("null", nil)
	}
}

// add appends a piece of JSON, or gathers the fault.
func (f *fitter) add(text string, err error) {
	f.errs.Add(err)
	f.json = append(f.json, text...)
}

// mapping writes the fields for which of returns a type and a path.
func (f *fitter) mapping(v Value, path string, of func(key string) (reflect.Type, string)) {
	fields, err := AsFields(v, path)
	f.errs.Add(err)
	f.json = append(f.json, '{')
	for _, field := range fields {
		t, path := of(field.Key)
		if t == nil {
			continue
		}
		f.json = append(quoted(f.json, field.Key), ':')
		f.value(field.Value, t, path)
		f.json = append(f.json, ',')
	}
	f.json = append(bytes.TrimSuffix(f.json, []byte(",")), '}')
}

func (f *fitter) list(v Value, t reflect.Type, path string) {
	items, err := AsItems(v, path)
	f.errs.Add(err)
	if len(items) > f.MaxItems {
		f.errs.Add(At(v.Line(), "%s has %d elements; fgctl reads at most %d", path, len(items), f.MaxItems))
		items = nil
	}
	f.json = append(f.json, '[')
	for i, item := range items {
		f.value(item, t, path+"["+strconv.Itoa(i)+"]")
		f.json = append(f.json, ',')
	}
	f.json = append(bytes.TrimSuffix(f.json, []byte(",")), ']')
}

func quoted(to []byte, text string) []byte {
	to, _ = jsontext.AppendQuote(to, strings.ToValidUTF8(text, "\uFFFD"))
	return to
}

var fieldTypes sync.Map // of map[string]reflect.Type by reflect.Type

// fieldsOf returns the types of a struct's fields, those of embedded structs included, by the names in JSON.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	if known, ok := fieldTypes.Load(t); ok {
		return known.(map[string]reflect.Type) //nolint:forcetypeassert // nothing else is stored
	}
	out := map[string]reflect.Type{}
	for _, field := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && name != "-" {
			out[name] = field.Type
		}
	}
	fieldTypes.Store(t, out)
	return out
}
