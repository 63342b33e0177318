//! What no payment asks: requests that are drawn from seeds, whatever comes to mind. What they
//! are answered is held against a table that knows nothing of how the model is built.

mod gatekeeper;
mod ledger;
mod reconciler;
