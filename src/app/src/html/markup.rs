//! The macro.

/// Markup as [`Html`](crate::html::Html), with code in braces:
///
/// ```ignore
/// html! {
///     <p class="count" class:none={move || count.get() == 0} data-count={count}>
///         {move || format!("{} photos", count.get())}
///     </p>
///     <button type="button" on:click={move |_| count.set(0)}>"Clear"</button>
/// }
/// ```
///
/// Text and plain values are string literals and go to the browser as they are: in them `&` and `<` are HTML's. A value in
/// braces is an [`IntoValue`](crate::html::IntoValue), a child in braces an [`IntoHtml`](crate::html::IntoHtml); where it
/// is a closure or a signal it is kept up to date. `prop:` sets a property of the element, `style:` a property of its
/// style, `node_ref={signal}` tells a signal the element.
macro_rules! html {
    ($($markup:tt)+) => { $crate::html::parse!(@content template [] [] $($markup)+) };
}

/// The same for what stands within an `<svg>` that is not part of the markup: the parser must know.
macro_rules! svg {
    ($($markup:tt)+) => { $crate::html::parse!(@content template ["<svg>",] [] $($markup)+).unwrapped() };
}

/// Takes markup apart, a piece a step. It gathers the string's parts in the first brackets and the calls that fill in what
/// moves in the second; within a tag, the calls of its element stand in the third.
macro_rules! parse {
    (@content $t:ident [$($html:tt)*] [$($call:tt)*]) => {{
        let $t = &mut $crate::html::Template::new(concat!($($html)*));
        $($call)*
        $t.finish()
    }};
    (@content $t:ident [$($html:tt)*] [$($call:tt)*] < / $tag:ident > $($rest:tt)*) => {
        $crate::html::parse!(@content $t [$($html)* "</", stringify!($tag), ">",] [$($call)*] $($rest)*)
    };
    (@content $t:ident [$($html:tt)*] [$($call:tt)*] < $tag:ident $($rest:tt)*) => {
        $crate::html::parse!(@tag $t [$($html)* "<", stringify!($tag),] [$($call)*] [] $($rest)*)
    };
    (@content $t:ident [$($html:tt)*] [$($call:tt)*] { $child:expr } $($rest:tt)*) => {
        $crate::html::parse!(@content $t [$($html)* "<!>",] [$($call)* $t.child($child);] $($rest)*)
    };
    (@content $t:ident [$($html:tt)*] [$($call:tt)*] $text:literal $($rest:tt)*) => {
        $crate::html::parse!(@content $t [$($html)* $text,] [$($call)*] $($rest)*)
    };

    (@tag $t:ident [$($html:tt)*] [$($call:tt)*] [] > $($rest:tt)*) => {
        $crate::html::parse!(@content $t [$($html)* ">",] [$($call)*] $($rest)*)
    };
    (@tag $t:ident [$($html:tt)*] [$($call:tt)*] [] / > $($rest:tt)*) => {
        $crate::html::parse!(@content $t [$($html)* "/>",] [$($call)*] $($rest)*)
    };
    // An element with something that moves bears a mark.
    (@tag $t:ident [$($html:tt)*] [$($call:tt)*] [$($own:tt)+] > $($rest:tt)*) => {
        $crate::html::parse!(@content $t [$($html)* " _>",] [$($call)* $t.element(); $($own)+] $($rest)*)
    };
    (@tag $t:ident [$($html:tt)*] [$($call:tt)*] [$($own:tt)+] / > $($rest:tt)*) => {
        $crate::html::parse!(@content $t [$($html)* " _/>",] [$($call)* $t.element(); $($own)+] $($rest)*)
    };
    (@tag $t:ident [$($html:tt)*] [$($call:tt)*] [$($own:tt)*] on : $event:ident = { $act:expr } $($rest:tt)*) => {
        $crate::html::parse!(@tag $t [$($html)*] [$($call)*] [$($own)* $t.on($crate::dom::ev::$event, $act);] $($rest)*)
    };
    (@tag $t:ident [$($html:tt)*] [$($call:tt)*] [$($own:tt)*] class : $n:ident $(- $m:ident)* = { $is:expr } $($rest:tt)*) => {
        $crate::html::parse!(
            @tag $t [$($html)*] [$($call)*]
            [$($own)* $t.class(concat!(stringify!($n) $(, "-", stringify!($m))*), $is);] $($rest)*
        )
    };
    (@tag $t:ident [$($html:tt)*] [$($call:tt)*] [$($own:tt)*] style : $n:ident $(- $m:ident)* = { $is:expr } $($rest:tt)*) => {
        $crate::html::parse!(
            @tag $t [$($html)*] [$($call)*]
            [$($own)* $t.style(concat!(stringify!($n) $(, "-", stringify!($m))*), $is);] $($rest)*
        )
    };
    (@tag $t:ident [$($html:tt)*] [$($call:tt)*] [$($own:tt)*] prop : $n:ident = { $is:expr } $($rest:tt)*) => {
        $crate::html::parse!(@tag $t [$($html)*] [$($call)*] [$($own)* $t.prop(stringify!($n), $is);] $($rest)*)
    };
    (@tag $t:ident [$($html:tt)*] [$($call:tt)*] [$($own:tt)*] node_ref = { $signal:expr } $($rest:tt)*) => {
        $crate::html::parse!(@tag $t [$($html)*] [$($call)*] [$($own)* $t.node_ref($signal);] $($rest)*)
    };
    (@tag $t:ident [$($html:tt)*] [$($call:tt)*] [$($own:tt)*] $n:ident $(- $m:ident)* = { $is:expr } $($rest:tt)*) => {
        $crate::html::parse!(
            @tag $t [$($html)*] [$($call)*]
            [$($own)* $t.attribute(concat!(stringify!($n) $(, "-", stringify!($m))*), $is);] $($rest)*
        )
    };
    (@tag $t:ident [$($html:tt)*] [$($call:tt)*] [$($own:tt)*] $n:ident $(- $m:ident)* = $is:literal $($rest:tt)*) => {
        $crate::html::parse!(
            @tag $t [$($html)* " ", stringify!($n), $("-", stringify!($m),)* "=\"", $is, "\"",] [$($call)*] [$($own)*] $($rest)*
        )
    };
    // One without a value.
    (@tag $t:ident [$($html:tt)*] [$($call:tt)*] [$($own:tt)*] $n:ident $($rest:tt)*) => {
        $crate::html::parse!(@tag $t [$($html)* " ", stringify!($n),] [$($call)*] [$($own)*] $($rest)*)
    };
}

pub(crate) use {html, parse, svg};
