"""What engines that run diffusion models have in common: devices, sizes, pixels, seams, options, kept work."""
