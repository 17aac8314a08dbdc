"""Everything that turns two pictures and a drawing into motion: paths, regions, optical flow, warping."""
