"""How good searches are, by what people say of their hits: judgements, measures, intervals."""
