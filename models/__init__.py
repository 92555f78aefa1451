"""The paper's networks as Lasagne layer graphs, a builder each."""
