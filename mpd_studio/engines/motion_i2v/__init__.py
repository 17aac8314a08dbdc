"""Motion-I2V: predict how the pixels of a picture move, then animate the picture along that motion."""
