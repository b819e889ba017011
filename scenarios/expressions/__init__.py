"""Arrays with named axes, and the expressions over them."""
