"""The neurons of history, their learning rules and builders of networks, one file a subject."""
