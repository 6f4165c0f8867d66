//! Values of attributes, classes, styles and properties.

use std::borrow::Cow;

use crate::signal::{Memo, RwSignal};

/// A value at one moment.
#[derive(Clone, PartialEq)]
pub(crate) enum Datum {
    /// No attribute; the class is off; the property is false.
    Absent,
    /// An attribute without a value; the class is on; the property is true.
    Present,
    /// Words or figures.
    Text(Cow<'static, str>),
}

impl From<bool> for Datum {
    fn from(is: bool) -> Self {
        if is { Self::Present } else { Self::Absent }
    }
}

impl From<&'static str> for Datum {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Datum {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<T: Into<Self>> From<Option<T>> for Datum {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}

macro_rules! numbers {
    ($($number:ty)*) => { $(
        impl From<$number> for Datum {
            fn from(number: $number) -> Self {
                Self::from(number.to_string())
            }
        }
        impl IntoValue for $number {
            fn into_value(self) -> Value {
                Value::Fixed(self.into())
            }
        }
    )* };
}

numbers! { u32 usize }

/// A value, or where to read it.
pub(crate) enum Value {
    /// It stays.
    Fixed(Datum),
    /// It is read again whenever a signal that it reads has changed.
    Live(Box<dyn Fn() -> Datum>),
}

/// What may stand in braces as a value.
pub(crate) trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for Value {
    fn into_value(self) -> Value {
        self
    }
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        Value::Fixed(self.into())
    }
}

impl IntoValue for &'static str {
    fn into_value(self) -> Value {
        Value::Fixed(self.into())
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Fixed(self.into())
    }
}

impl<T: Into<Datum>> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        Value::Fixed(self.into())
    }
}

impl<F: Fn() -> T + 'static, T: Into<Datum>> IntoValue for F {
    fn into_value(self) -> Value {
        Value::Live(Box::new(move || self().into()))
    }
}

macro_rules! signals {
    ($($signal:ident)*) => { $(
        impl<T: Into<Datum> + Clone + 'static> IntoValue for $signal<T> {
            fn into_value(self) -> Value {
                (move || self.get()).into_value()
            }
        }
    )* };
}

signals! { RwSignal Memo }
