module.exports = "healthy";
