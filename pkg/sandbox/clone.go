package sandbox

// This file copies worlds. It goes over the fields by reflection, so that a new one cannot be forgotten,
// and is fast enough for tests that make thousands of worlds.

import (
	"reflect"
	"time"
)

// Clone copies the world deeply.
func (w World) Clone() World {
	unshare(reflect.ValueOf(&w).Elem())
	return w
}

var timeType = reflect.TypeFor[time.Time]()

// unshare replaces everything that hangs on a value by copies.
func unshare(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == timeType {
			return // a value, whatever it is made of
		}
		for i := range v.NumField() {
			unshare(v.Field(i))
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		list := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(list, v)
		if list.Type().Elem().Kind() != reflect.String {
			for i := range list.Len() {
				unshare(list.Index(i))
			}
		}
		v.Set(list)
	case reflect.Map:
		if v.IsNil() {
			return
		}
		all := reflect.MakeMapWithSize(v.Type(), v.Len())
		for entries := v.MapRange(); entries.Next(); {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(entries.Value())
			unshare(value)
			all.SetMapIndex(entries.Key(), value)
		}
		v.Set(all)
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		target := reflect.New(v.Type().Elem())
		target.Elem().Set(v.Elem())
		unshare(target.Elem())
		v.Set(target)
	}
}
