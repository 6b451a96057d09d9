package trust

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// repeatedKeys returns a sentence for each key that an object of the document, which is valid JSON, has more than
// once. What IAM makes of such a document is not known: readers of JSON keep one of the values without a word
// (terraform-provider-aws#33026). Keys are compared without regard to case, as IAM compares condition keys.
func repeatedKeys(document string) []string {
	w := keyWalk{document: document, decoder: json.NewDecoder(strings.NewReader(document))}
	w.value()
	return w.found
}

type keyWalk struct {
	document string
	decoder  *json.Decoder
	place    []string // of the current value, as ["Statement", "[0]", "Condition"]
	found    []string
}

func (w *keyWalk) value() {
	token, _ := w.decoder.Token()
	switch token {
	case json.Delim('{'):
		w.object()
	case json.Delim('['):
		for i := 0; w.decoder.More(); i++ {
			w.inside("[" + strconv.Itoa(i) + "]")
		}
		_, _ = w.decoder.Token()
	}
}

func (w *keyWalk) inside(place string) {
	w.place = append(w.place, place)
	w.value()
	w.place = w.place[:len(w.place)-1]
}

func (w *keyWalk) object() {
	type values struct {
		key   string
		texts []string
	}
	var keys []*values
	byName := map[string]*values{}
	for w.decoder.More() {
		token, _ := w.decoder.Token()
		key, _ := token.(string)
		start := w.decoder.InputOffset()
		w.inside(key)
		text := strings.TrimLeft(w.document[start:w.decoder.InputOffset()], ": \t\r\n")
		name := strings.ToLower(key)
		if byName[name] == nil {
			byName[name] = &values{key: key}
			keys = append(keys, byName[name])
		}
		byName[name].texts = append(byName[name].texts, text)
	}
	_, _ = w.decoder.Token()
	for _, k := range keys {
		if len(k.texts) > 1 {
			w.found = append(w.found, repetition(k.key, w.place, k.texts))
		}
	}
}

// repetition words a key that occurs more than once, with the list to write where its values are texts.
func repetition(key string, place, values []string) string {
	where := "the document"
	if len(place) > 0 {
		where = strings.ReplaceAll(strings.Join(place, "."), ".[", "[")
	}
	text := fmt.Sprintf("the key %q occurs %d times in %s, and which value counts is not known; write it once",
		key, len(values), where)
	var all []string
	for _, value := range values {
		texts, err := oneOrMany[string](json.RawMessage(value))
		if err != nil {
			return text
		}
		all = append(all, texts...)
	}
	list, _ := json.Marshal(all) // texts can always be written as JSON
	return fmt.Sprintf("%s with a list: %q: %s", text, key, list)
}
