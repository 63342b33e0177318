//! What no payment asks: requests that are drawn from seeds, whatever comes to mind, each
//! answered as the table says by which histories of clients are judged.

mod gatekeeper;
mod ledger;
