package world

import (
	"reflect"
	"time"
)

// Clone copies the world deeply. It goes over the fields by reflection, so that a new one cannot be forgotten.
func (w World) Clone() World {
	unshare(reflect.ValueOf(&w).Elem())
	return w
}

// unshare replaces everything that hangs on a value by copies.
func unshare(v reflect.Value) {
	switch kind := v.Kind(); {
	case kind == reflect.Struct && v.Type() != reflect.TypeFor[time.Time](): // a time is a value, whatever it is made of
		for i := range v.NumField() {
			unshare(v.Field(i))
		}
	case kind == reflect.Slice && !v.IsNil():
		list := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(list, v)
		if list.Type().Elem().Kind() != reflect.String {
			for i := range list.Len() {
				unshare(list.Index(i))
			}
		}
		v.Set(list)
	case kind == reflect.Map && !v.IsNil(): // of texts
		all := reflect.MakeMapWithSize(v.Type(), v.Len())
		for entries := v.MapRange(); entries.Next(); {
			all.SetMapIndex(entries.Key(), entries.Value())
		}
		v.Set(all)
	case kind == reflect.Pointer && !v.IsNil():
		target := reflect.New(v.Type().Elem())
		target.Elem().Set(v.Elem())
		unshare(target.Elem())
		v.Set(target)
	}
}

// Clone copies the profile deeply.
func (p Profile) Clone() Profile {
	unshare(reflect.ValueOf(&p).Elem())
	return p
}
