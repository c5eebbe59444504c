//! The write model of Nianlun: values, commands, events, decisions.
