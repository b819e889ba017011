"""Boolean functions and the networks that compute them."""
