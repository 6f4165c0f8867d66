//! What the browser can do already: with the standard library's own, the page would be heavier by tables of letters and of
//! powers of ten. Unit tests run without a browser and take the standard library's.

#[cfg(target_family = "wasm")]
mod own {
    use js_sys::{JsString, Math, Number};
    use wasm_bindgen::JsValue;

    pub(crate) fn lowercase(text: &str) -> String {
        JsString::from(text).to_lower_case().into()
    }

    pub(crate) fn uppercase(text: &str) -> String {
        JsString::from(text).to_upper_case().into()
    }

    pub(crate) fn number(text: &str) -> Option<f64> {
        Some(JsValue::from_str(text).unchecked_into_f64()).filter(|number| !number.is_nan())
    }

    pub(crate) fn figure(number: f64) -> String {
        // Fails for bases that there are not.
        Number::from(number).to_string_with_radix(10).map(String::from).unwrap_or_default()
    }

    pub(crate) fn sin_cos(angle: f32) -> (f32, f32) {
        let angle = f64::from(angle);
        (Math::sin(angle) as f32, Math::cos(angle) as f32)
    }

    pub(crate) fn ln(number: f64) -> f64 {
        Math::log(number)
    }
}

#[cfg(not(target_family = "wasm"))]
mod own {
    pub(crate) fn lowercase(text: &str) -> String {
        text.to_lowercase()
    }

    pub(crate) fn uppercase(text: &str) -> String {
        text.to_uppercase()
    }

    pub(crate) fn number(text: &str) -> Option<f64> {
        text.parse().ok()
    }

    pub(crate) fn figure(number: f64) -> String {
        number.to_string()
    }

    pub(crate) fn sin_cos(angle: f32) -> (f32, f32) {
        angle.sin_cos()
    }

    pub(crate) fn ln(number: f64) -> f64 {
        number.ln()
    }
}

pub(crate) use own::{figure, ln, lowercase, number, sin_cos, uppercase};
