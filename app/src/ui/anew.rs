//! Parts of a page that are made anew: one that stays would keep what was typed into it.

use leptos::prelude::*;

/// Two sides, shown in turn: another element is what makes a part anew.
pub struct Anew<K: Send + Sync + 'static>(StoredValue<(Option<K>, bool)>);

impl<K: Send + Sync + 'static> Clone for Anew<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: Send + Sync + 'static> Copy for Anew<K> {}

impl<K: PartialEq + Send + Sync + 'static> Default for Anew<K> {
    fn default() -> Self {
        Self(StoredValue::new((None, false)))
    }
}

impl<K: PartialEq + Send + Sync + 'static> Anew<K> {
    /// The side for this key: the other one whenever the key is another, however far it has moved.
    pub fn side(self, key: K) -> bool {
        let turn = |(before, side): &mut (Option<K>, bool)| {
            *side ^= before.as_ref() != Some(&key);
            *before = Some(key);
            *side
        };
        self.0.try_update_value(turn).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_step_another_version_is_another_element() {
        Owner::new().with(|| {
            let anew = Anew::default();
            let first = anew.side(1);
            assert_eq!(anew.side(1), first, "nothing has changed");
            assert_ne!(anew.side(3), first, "two saves at once");
            assert_eq!(anew.side(4), first);
            assert_ne!(anew.side(8), first);
        });
    }
}
