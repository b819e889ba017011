"""From a document to runs that were lived and measured."""
